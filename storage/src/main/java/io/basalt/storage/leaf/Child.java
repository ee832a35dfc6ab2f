package io.basalt.storage.leaf;

/** What a branch points at. The ranges of a branch's children are disjoint and ascend. */
public sealed interface Child permits LeafRef, BranchRef {
  /** Smallest path below. */
  String minPath();

  /** Largest path below. */
  String maxPath();

  /** Files below. */
  long files();

  /** Sum of the sizes of the files below. */
  long bytes();
}
