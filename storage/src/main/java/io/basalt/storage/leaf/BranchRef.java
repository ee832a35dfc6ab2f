package io.basalt.storage.leaf;

import io.basalt.storage.root.FileRef;

/** A branch below a branch. */
public record BranchRef(String minPath, String maxPath, long files, long bytes, FileRef file)
    implements Child {}
