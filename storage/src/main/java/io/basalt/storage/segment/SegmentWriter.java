package io.basalt.storage.segment;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Tail;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Writes events and their payloads to mirrored segments.
 *
 * <p>{@link #add} stages: it copies the payload into direct buffers and computes each shard's
 * CRC32C. {@link #flush} writes what is staged to both mirrors in parallel and forces it, while
 * further adds go to other buffers; one flush is in flight at a time. Nothing of this blocks. A
 * flush that fails ends the writer: its owner starts again from the last root, with a new attempt
 * and the drives that are left.
 *
 * <p>Crash argument: a stop at any operation leaves bytes outside the ends that a root names, in
 * files that only this attempt writes. Bytes inside those ends were forced before the {@link
 * Flushed} that carries the ends was completed, and are never written again.
 *
 * <p>One thread adds and flushes; futures complete on threads of the drives.
 */
public final class SegmentWriter implements AutoCloseable {
  private static final int MAX_INDEX_BYTES = 1 << 20;
  private static final int RANGES_ROOM = 32 << 10;

  /** A path and an upload id of 4,096 bytes each, and the fixed fields. */
  private static final int EVENT_ROOM = 3 * 4096 + 512;

  private final DriveSet drives;
  private final Options options;
  private final String attempt;
  private final int writer;
  private final RandomGenerator random;
  private final Clock clock;
  private final SegmentPool pool;
  private final StagingBuffers buffers;
  private final int maxIndexBytes;
  private final FlushPlanner planner;
  private final CRC32C crc = new CRC32C();
  private final Map<String, LongAdder> written = new ConcurrentHashMap<>();

  private FlushBatch batch = new FlushBatch();
  private OpenSegment primary;
  private boolean flushing;
  private boolean starved;
  private boolean closed;
  private Throwable failure;
  private String noRoom;

  /**
   * Sizes and ages of a writer's segments.
   *
   * @param segmentSize bytes of a segment, at most; a writer with little to do makes smaller ones
   * @param shardSize bytes of a shard, at most
   * @param openSegments segments that take shards at the same time
   * @param sealAfter how long after its first byte a segment is sealed at the latest
   */
  public record Options(long segmentSize, int shardSize, int openSegments, Duration sealAfter) {
    public Options {
      if (shardSize < 1
          || segmentSize < 4L * shardSize
          || segmentSize < 256 << 10
          || openSegments < 1
          || sealAfter.isNegative()) {
        throw new IllegalArgumentException(
            "segments of %d bytes, shards of %d, %d open, sealed after %s"
                .formatted(segmentSize, shardSize, openSegments, sealAfter));
      }
    }

    public static Options of(StoreConfig config) {
      return new Options(
          config.segmentSize(), config.shardSize(), config.openSegments(), config.sealAfter());
    }

    int stagingBytes() {
      return StoreConfig.stagingBytes(segmentSize, shardSize);
    }

    int maxIndexBytes() {
      return (int) Math.min(MAX_INDEX_BYTES, segmentSize / 8);
    }

    /** Bytes of the largest payload that a writer can take. */
    long maxPayloadBytes() {
      long room = segmentSize - maxIndexBytes() - RANGES_ROOM - 2L * IndexBlockCodec.SEAL_BYTES;
      return Math.min(room, stagingBytes()) / shardSize * shardSize * openSegments;
    }
  }

  /** A writer whose segments are named {@code <attempt>-<writer>-<sequence>}. */
  public SegmentWriter(
      DriveSet drives,
      Options options,
      String attempt,
      int writer,
      RandomGenerator random,
      Clock clock) {
    this.drives = drives;
    this.options = options;
    this.attempt = attempt;
    this.writer = writer;
    this.random = random;
    this.clock = clock;
    this.pool = new SegmentPool(drives, random, options, attempt + "-" + writer, this);
    // Each of two batches may touch all active segments and one that was replaced meanwhile.
    this.buffers = new StagingBuffers(2 * (options.openSegments() + 1), options.stagingBytes());
    this.maxIndexBytes = options.maxIndexBytes();
    this.planner =
        new FlushPlanner(maxIndexBytes + RANGES_ROOM + 2 * IndexBlockCodec.SEAL_BYTES, clock);
  }

  /**
   * Whether a record with such a payload can be added now. If not, one can once the flush in flight
   * has ended, what is staged is flushed, or a segment was made; {@link #waiting} says when that
   * may take long. Starts to make segments that are missing.
   */
  public synchronized boolean hasRoomFor(int payloadBytes) {
    if (payloadBytes > options.maxPayloadBytes()) {
      throw new IllegalArgumentException(
          "a payload of %d bytes; segments of this size take at most %d"
              .formatted(payloadBytes, options.maxPayloadBytes()));
    }
    if (closed || failure != null) {
      return false;
    }
    long now = clock.millis();
    pool.refill(now);
    int index = EVENT_ROOM + 64 * shards(payloadBytes);
    while (!fits(payloadBytes, index, Limit.SEGMENTS)) {
      if (pool.active().size() < options.openSegments()) {
        if (pool.isFull()) {
          pool.retireAll();
        }
        starved = true;
        return false;
      }
      if (!pool.retireFullest()) {
        throw new IllegalStateException("empty segments have no room for " + payloadBytes);
      }
      pool.refill(now);
    }
    starved = false;
    return batch.indexBoundBytes() + index <= maxIndexBytes
        && fits(payloadBytes, index, Limit.STAGING);
  }

  private enum Limit {
    SEGMENTS,
    STAGING
  }

  private int shards(long payloadBytes) {
    return (int) ((payloadBytes + options.shardSize() - 1) / options.shardSize());
  }

  private boolean fits(int payloadBytes, int index, Limit limit) {
    long shards = 0;
    int unstaged = 0;
    for (OpenSegment segment : pool.active()) {
      long room = Math.min(room(segment) - index, buffers.bytesEach());
      if (limit == Limit.STAGING) {
        boolean fresh = batch.staged(segment) == null;
        room = fresh && unstaged >= buffers.available() ? 0 : Math.min(room, stagingRoom(segment));
        unstaged += fresh ? 1 : 0;
      }
      if (room >= 0 && room >= Math.min(payloadBytes, options.shardSize())) {
        if (payloadBytes <= options.shardSize()) {
          return true;
        }
        shards += room / options.shardSize();
      }
    }
    return payloadBytes > 0 && shards >= shards(payloadBytes);
  }

  /** Room for shards, were the whole index block of the batch to go here. */
  private long room(OpenSegment segment) {
    return segment.freeBytes() - batch.indexBoundBytes() - RANGES_ROOM;
  }

  private int stagingRoom(OpenSegment segment) {
    FlushBatch.Staged staged = batch.staged(segment);
    return staged == null ? buffers.bytesEach() : staged.buffer().remaining();
  }

  /**
   * Stages one record. The payload is copied; its position does not move.
   *
   * @param event without shards
   * @throws IllegalStateException if {@link #hasRoomFor} does not say so
   */
  public synchronized void add(Event event, ByteBuffer payload) {
    ByteBuffer rest = payload.duplicate();
    List<Shard> shards = new ArrayList<>(shards(rest.remaining()));
    while (rest.hasRemaining()) {
      int length = Math.min(options.shardSize(), rest.remaining());
      shards.add(stage(rest.slice(rest.position(), length)));
      rest.position(rest.position() + length);
    }
    batch.add(event.withShards(shards));
  }

  private Shard stage(ByteBuffer bytes) {
    int length = bytes.remaining();
    OpenSegment segment = choose(length);
    FlushBatch.Staged staged = batch.staged(segment);
    if (staged == null) {
      staged = batch.stage(segment, buffers.take());
    }
    batch.countPayload(length);
    long position = segment.appendData(length, clock.millis());
    crc.reset();
    crc.update(bytes.duplicate());
    staged.buffer().put(bytes);
    return new Shard(segment.id(), position, length, (int) crc.getValue());
  }

  /** One segment for all of a small flush, so that it costs two forces; else any at random. */
  private OpenSegment choose(int bytes) {
    if (primary == null || !takes(primary, bytes) || batch.payloadBytes() > options.shardSize()) {
      primary = randomSegment(bytes);
    }
    return primary;
  }

  private OpenSegment randomSegment(int bytes) {
    List<OpenSegment> active = pool.active();
    int start = active.isEmpty() ? 0 : random.nextInt(active.size());
    for (int i = 0; i < active.size(); i++) {
      OpenSegment segment = active.get((start + i) % active.size());
      if (takes(segment, bytes)) {
        return segment;
      }
    }
    throw new IllegalStateException("no room for a shard of " + bytes + " bytes; ask hasRoomFor");
  }

  private boolean takes(OpenSegment segment, int bytes) {
    return pool.active().contains(segment)
        && room(segment) >= bytes
        && stagingRoom(segment) >= bytes
        && (batch.staged(segment) != null || buffers.available() > 0);
  }

  /** Says that all records of a range were added or rejected. */
  public synchronized void cover(Range range) {
    batch.cover(range);
  }

  /** Whether a flush would do anything: something is staged, or a segment is to be sealed. */
  public synchronized boolean isFlushDue() {
    pool.refill(clock.millis());
    return !batch.isEmpty()
        || !pool.retiring().isEmpty()
        || pool.oldWithSpare(clock.millis()).isPresent();
  }

  /** Whether a flush is in flight. */
  synchronized boolean isFlushing() {
    return flushing;
  }

  /** Payload bytes that are staged and not yet being flushed. */
  public synchronized long stagedBytes() {
    return batch.payloadBytes();
  }

  /**
   * Why no record can be added for a longer time: space, or drives; empty if none is in the way.
   */
  public synchronized Optional<String> waiting() {
    if (noRoom != null) {
      return Optional.of(noRoom);
    }
    return starved ? pool.waiting() : Optional.empty();
  }

  private synchronized boolean waitsFor(DriveFullException full) {
    noRoom = full.getMessage();
    return !closed;
  }

  /**
   * Writes and forces what is staged and seals the segments that are due.
   *
   * @return the ranges covered and the new ends of the touched segments, once both mirrors are
   *     forced. Waits a little for room where a drive has none. Fails with the first drive's error;
   *     the writer then takes no more.
   * @throws IllegalStateException if a flush is in flight
   */
  public CompletableFuture<Flushed> flush() {
    CompletableFuture<Flushed> result = new CompletableFuture<>();
    List<SegmentFlush> writes;
    Flushed flushed;
    FlushBatch flushing;
    List<OpenSegment> sealed;
    synchronized (this) {
      checkMayFlush();
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      pool.retireOld(clock.millis());
      sealed = List.copyOf(pool.retiring());
      pool.retiring().clear();
      flushing = batch;
      writes = planner.plan(flushing, sealed, pool.active());
      flushed = new Flushed(attempt, writer, flushing.ranges(), tails(writes, sealed));
      batch = new FlushBatch();
      primary = null;
      this.flushing = true;
    }
    CompletableFuture.allOf(
            writes.stream()
                .map(w -> w.submit(drives, this::waitsFor))
                .toArray(CompletableFuture[]::new))
        .whenComplete(
            (all, error) -> {
              if (error == null) {
                writes.forEach(this::count);
              }
              finish(flushing, sealed, flushed, error, result);
            });
    return result;
  }

  private void count(SegmentFlush write) {
    for (String drive : write.segment().drives()) {
      written.computeIfAbsent(drive, id -> new LongAdder()).add(write.bytes());
    }
  }

  /** Bytes that this writer has written to a drive and forced, shards and index blocks. */
  public long writtenBytes(String drive) {
    LongAdder bytes = written.get(drive);
    return bytes == null ? 0 : bytes.sum();
  }

  private void checkMayFlush() {
    if (flushing || closed) {
      throw new IllegalStateException(closed ? "the writer is closed" : "a flush is in flight");
    }
  }

  private List<Tail> tails(List<SegmentFlush> writes, List<OpenSegment> sealed) {
    return writes.stream()
        .map(SegmentFlush::segment)
        .map(segment -> new Tail(segment.location(), attempt, sealed.contains(segment)))
        .toList();
  }

  private void finish(
      FlushBatch flushed,
      List<OpenSegment> sealed,
      Flushed message,
      Throwable error,
      CompletableFuture<Flushed> result) {
    synchronized (this) {
      flushing = false;
      noRoom = null;
      sealed.forEach(pool::closeFiles);
      if (error != null) {
        // A drive that hangs may still read the buffers: they are not given back.
        failure = error instanceof CompletionException wrapped ? wrapped.getCause() : error;
      } else {
        flushed.staged().forEach(staged -> buffers.giveBack(staged.buffer()));
      }
      if (closed) {
        pool.close();
      }
    }
    if (error != null) {
      result.completeExceptionally(failure);
    } else {
      result.complete(message);
    }
  }

  /**
   * Takes no more. A flush in flight goes on; what is staged and not being flushed is dropped.
   * Segments that no flush has touched are deleted.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!flushing) {
      pool.close();
    }
  }
}
