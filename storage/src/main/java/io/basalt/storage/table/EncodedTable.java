package io.basalt.storage.table;

import java.nio.ByteBuffer;

/** The bytes of a table that is not yet on drives, and what is said of it where it is named. */
public record EncodedTable(ByteBuffer bytes, long rows, String minPath, String maxPath) {}
