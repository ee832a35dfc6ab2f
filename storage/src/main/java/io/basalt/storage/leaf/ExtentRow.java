package io.basalt.storage.leaf;

import io.basalt.storage.tree.Extent;

/** An extent and the path of its file. */
record ExtentRow(String path, Extent extent) {}
