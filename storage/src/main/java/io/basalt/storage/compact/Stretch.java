package io.basalt.storage.compact;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.PathRange;
import java.util.List;
import java.util.Optional;

/**
 * A part of the work: the paths from first to before end, and the leaves that hold some of them. A
 * leaf that is cut into several stretches stands in each of these.
 */
public record Stretch(String first, Optional<String> end, List<LeafRef> leaves) {
  public Stretch {
    leaves = List.copyOf(leaves);
  }

  PathRange paths() {
    return PathRange.stretch(first, end);
  }
}
