package io.basalt.storage.read;

/** What a read does in one go. */
sealed interface Step permits ReadStep, ColumnStep {}
