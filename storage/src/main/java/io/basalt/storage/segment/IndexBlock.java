package io.basalt.storage.segment;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import java.util.List;

/**
 * What a segment says of itself: the events of one flush, as stored in one of the segments that it
 * touched, while the shards of the events may lie in others; or the copied shards of a segment that
 * compaction wrote, which no event names.
 *
 * @param segment the segment that holds the block
 * @param ranges what the flush covers, rejected records included
 * @param events in the order of their offsets within each partition
 * @param copies shards of this segment alone, by position; then there are no ranges and no events
 */
public record IndexBlock(
    String segment, List<Range> ranges, List<Event> events, List<Shard> copies) {
  public IndexBlock {
    ranges = List.copyOf(ranges);
    events = List.copyOf(events);
    copies = List.copyOf(copies);
  }

  /** A block of a flush. */
  public IndexBlock(String segment, List<Range> ranges, List<Event> events) {
    this(segment, ranges, events, List.of());
  }
}
