package io.basalt.storage.segment;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.tree.Event;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was staged since the last flush: shards by segment, events, and the ranges they cover. */
final class FlushBatch {
  private final Map<OpenSegment, Staged> staged = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Map<Partition, Range> ranges = new LinkedHashMap<>();
  private int eventBytes;
  private long payloadBytes;

  /** Contiguous shards of one segment, the first of them at {@code position}. */
  record Staged(OpenSegment segment, ByteBuffer buffer, long position) {}

  private record Partition(int incarnation, int partition) {}

  boolean isEmpty() {
    return events.isEmpty() && ranges.isEmpty();
  }

  Staged staged(OpenSegment segment) {
    return staged.get(segment);
  }

  Staged stage(OpenSegment segment, ByteBuffer buffer) {
    Staged fresh = new Staged(segment, buffer, segment.dataEnd());
    staged.put(segment, fresh);
    return fresh;
  }

  Collection<Staged> staged() {
    return staged.values();
  }

  void add(Event event) {
    events.add(event);
    eventBytes += IndexBlockCodec.boundBytes(event);
  }

  void countPayload(int bytes) {
    payloadBytes += bytes;
  }

  /** Ranges of one partition follow each other without a hole. */
  void cover(Range range) {
    ranges.merge(
        new Partition(range.incarnation(), range.partition()),
        range,
        (before, next) -> {
          if (before.next() != next.from()) {
            throw new IllegalArgumentException(
                "partition %d: a range from %d follows one that ended at %d"
                    .formatted(next.partition(), next.from(), before.next()));
          }
          return new Range(
              before.incarnation(),
              before.partition(),
              before.from(),
              next.next(),
              next.leaderEpoch());
        });
  }

  List<Event> events() {
    return events;
  }

  List<Range> ranges() {
    return List.copyOf(ranges.values());
  }

  long payloadBytes() {
    return payloadBytes;
  }

  /** At least the bytes of the batch's index block. */
  int indexBoundBytes() {
    return eventBytes + IndexBlockCodec.boundBytes(ranges.size());
  }
}
