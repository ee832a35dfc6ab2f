package io.basalt.storage.table;

/** A part of a row that one column holds, or several of a list. */
public sealed interface RowPart permits TextColumn, NumberColumn, ListColumns {}
