package io.basalt.storage.ingest;

import io.basalt.storage.root.Tail;
import java.util.List;

/**
 * One flush of a segment writer, forced on both mirrors: ready to be committed.
 *
 * @param attempt attempt of the writer, in the name of each of its segments
 * @param writer index of the writer's subtask
 * @param ranges what the flush covers, at most one range per partition
 * @param tails the touched segments with their new ends
 */
public record Flushed(String attempt, int writer, List<Range> ranges, List<Tail> tails) {
  public Flushed {
    ranges = List.copyOf(ranges);
    tails = List.copyOf(tails);
  }
}
