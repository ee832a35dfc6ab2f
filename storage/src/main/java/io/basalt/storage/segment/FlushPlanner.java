package io.basalt.storage.segment;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays out a flush: which bytes go where in which segment. Encodes into one buffer of its own, so a
 * plan holds until the next one is made; one flush of a writer is in flight at a time.
 */
final class FlushPlanner {
  private final ByteBuffer indexBytes;
  private final Clock clock;

  FlushPlanner(int indexBytes, Clock clock) {
    this.indexBytes = ByteBuffer.allocateDirect(indexBytes);
    this.clock = clock;
  }

  /**
   * The writes of a batch: its shards, its index block on one segment, and a seal on each of those
   * that are to be sealed.
   */
  List<SegmentFlush> plan(FlushBatch flushing, List<OpenSegment> sealed, List<OpenSegment> active) {
    Map<OpenSegment, SegmentFlush> writes = new LinkedHashMap<>();
    for (FlushBatch.Staged staged : flushing.staged()) {
      SegmentFlush write = new SegmentFlush(staged.segment());
      write.data(staged.buffer().flip(), staged.position());
      writes.put(staged.segment(), write);
    }
    if (!flushing.isEmpty()) {
      OpenSegment carrier = carrier(flushing, sealed, active);
      SegmentFlush write = writes.computeIfAbsent(carrier, SegmentFlush::new);
      planIndex(flushing, carrier, sealed.contains(carrier), write);
    }
    for (OpenSegment segment : sealed) {
      SegmentFlush write = writes.computeIfAbsent(segment, SegmentFlush::new);
      if (!write.hasIndex()) {
        write.index(seal(segment), segment.indexStart() - IndexBlockCodec.SEAL_BYTES);
      }
    }
    return List.copyOf(writes.values());
  }

  /** A touched segment if one has room, so that no further file is forced; else any. */
  private static OpenSegment carrier(
      FlushBatch flushing, List<OpenSegment> sealed, List<OpenSegment> active) {
    List<OpenSegment> candidates = new ArrayList<>();
    flushing.staged().forEach(staged -> candidates.add(staged.segment()));
    candidates.addAll(active);
    candidates.addAll(sealed);
    return candidates.stream()
        .filter(segment -> segment.freeBytes() >= flushing.indexBoundBytes())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no segment has room; ask hasRoomFor"));
  }

  private void planIndex(
      FlushBatch flushing, OpenSegment carrier, boolean seal, SegmentFlush write) {
    int bound = flushing.indexBoundBytes() + IndexBlockCodec.SEAL_BYTES;
    ByteBuffer bytes =
        bound <= indexBytes.capacity() ? indexBytes.clear() : ByteBuffer.allocateDirect(bound);
    if (seal) {
      IndexBlockCodec.encodeSeal(carrier.id(), carrier.dataEnd(), bytes);
    }
    int sealBytes = bytes.position();
    IndexBlockCodec.encode(
        new IndexBlock(carrier.id(), flushing.ranges(), flushing.events()),
        carrier.dataEnd(),
        bytes);
    long position = carrier.appendIndex(bytes.position() - sealBytes, clock.millis());
    write.index(bytes.flip(), position - sealBytes);
  }

  private static ByteBuffer seal(OpenSegment segment) {
    ByteBuffer bytes = ByteBuffer.allocate(IndexBlockCodec.SEAL_BYTES);
    IndexBlockCodec.encodeSeal(segment.id(), segment.dataEnd(), bytes);
    return bytes.flip();
  }
}
