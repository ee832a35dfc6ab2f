package io.basalt.storage.segment;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.tree.Event;
import java.util.List;

/**
 * The events of one flush, as stored in one of the segments that it touched; the shards of the
 * events may lie in others.
 *
 * @param segment the segment that holds the block
 * @param ranges what the flush covers, rejected records included
 * @param events in the order of their offsets within each partition
 */
public record IndexBlock(String segment, List<Range> ranges, List<Event> events) {
  public IndexBlock {
    ranges = List.copyOf(ranges);
    events = List.copyOf(events);
  }
}
