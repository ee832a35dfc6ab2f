package io.basalt.storage.compact;

import io.basalt.storage.leaf.LeafRef;
import java.util.List;
import java.util.Map;

/**
 * A stretch whose leaves are written.
 *
 * @param added the new leaves
 * @param liveBytes by how much more or less of each segment the leaves refer to
 */
public record Merged(Stretch stretch, List<LeafRef> added, Map<String, Long> liveBytes) {
  public Merged {
    added = List.copyOf(added);
    liveBytes = Map.copyOf(liveBytes);
  }
}
