package io.basalt.storage.leaf;

import io.basalt.storage.table.EncodedTable;
import java.util.Optional;

/** The tables of a leaf that is not yet on drives. Bytes: the sum of the files' sizes. */
record EncodedLeaf(
    String minPath,
    String maxPath,
    long bytes,
    Optional<EncodedTable> files,
    Optional<EncodedTable> extents,
    Optional<EncodedTable> parts) {}
