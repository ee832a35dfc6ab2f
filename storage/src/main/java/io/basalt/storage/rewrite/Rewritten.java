package io.basalt.storage.rewrite;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.List;
import java.util.Map;

/**
 * Leaves with new places, whole on their drives and in no root yet.
 *
 * @param removed leaves that they replace
 * @param segments that the new leaves refer to and no leaf did before
 * @param stripes new ones, which some of these segments stand in
 * @param liveBytes by how much more or less of each segment the leaves refer to
 * @param problems why parts of the work were left undone
 */
public record Rewritten(
    List<LeafRef> removed,
    List<LeafRef> added,
    List<SegmentLocation> segments,
    List<Stripe> stripes,
    Map<String, Long> liveBytes,
    List<String> problems) {
  public Rewritten {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
    segments = List.copyOf(segments);
    stripes = List.copyOf(stripes);
    liveBytes = Map.copyOf(liveBytes);
    problems = List.copyOf(problems);
  }
}
