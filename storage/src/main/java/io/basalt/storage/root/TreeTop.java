package io.basalt.storage.root;

import java.util.List;
import java.util.Optional;

/**
 * The leaves of a root: what all events below some positions came to. Events below them are no
 * longer looked at, wherever they still stand.
 *
 * @param root number of the root whose tails, runs and leaves were merged
 * @param positions its positions
 * @param branch file of the top branch; empty if no path is left
 * @param files how many files the leaves hold
 * @param bytes sum of the files' sizes
 * @param usage file that counts the live bytes of segments
 */
public record TreeTop(
    long root,
    List<Position> positions,
    Optional<FileRef> branch,
    long files,
    long bytes,
    FileRef usage) {
  public TreeTop {
    positions = List.copyOf(positions);
  }

  /** The same leaves, counted by another usage file. */
  public TreeTop with(FileRef otherUsage) {
    return new TreeTop(root, positions, branch, files, bytes, otherUsage);
  }
}
