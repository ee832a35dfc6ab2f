package io.basalt.storage.root;

import java.util.List;

/**
 * The newest complete metadata copy: the leaves and branches of one root, on capacity drives.
 *
 * @param root number of the root that was copied
 * @param positions its positions: the copy holds what all events below them came to
 * @param file lists the copy's files, each of which stands on the drives that this file is on
 */
public record CopyRef(long root, List<Position> positions, FileRef file) {
  public CopyRef {
    positions = List.copyOf(positions);
  }
}
