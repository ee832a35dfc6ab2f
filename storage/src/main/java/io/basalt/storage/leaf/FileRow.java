package io.basalt.storage.leaf;

import io.basalt.storage.tree.Version;

/** A file without its extents. Size in bytes, modified in milliseconds since the epoch. */
record FileRow(String path, long size, long modified, Version version, int extents) {}
