package io.basalt.storage.segment;

import io.basalt.storage.drive.DriveSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * The open segments of a writer: active ones take shards, a spare stands ready to replace one that
 * fills up or ages, and retiring ones are sealed by the next flush. New ones are made in the
 * background. Guarded by the writer's lock.
 */
final class SegmentPool {
  private static final long RETRY_MILLIS = 200;
  private static final long SIZE_STEP = 64 << 10;

  private final SegmentOpener opener;
  private final SegmentWriter.Options options;
  private final String idPrefix;
  private final Object lock;
  private final List<OpenSegment> active = new ArrayList<>();
  private final List<OpenSegment> retiring = new ArrayList<>();
  private OpenSegment spare;
  private boolean opening;
  private boolean closed;
  private long made;
  private boolean refused;
  private long refusedAtMillis;
  private boolean full;
  private String waiting;
  private long nextSize;

  SegmentPool(
      DriveSet drives,
      RandomGenerator random,
      SegmentWriter.Options options,
      String idPrefix,
      Object lock) {
    this.opener = new SegmentOpener(drives, random);
    this.options = options;
    this.idPrefix = idPrefix;
    this.lock = lock;
    this.nextSize = options.segmentSize();
  }

  List<OpenSegment> active() {
    return active;
  }

  List<OpenSegment> retiring() {
    return retiring;
  }

  /** Why there is no segment to write to; empty when one can be made or is being made. */
  Optional<String> waiting() {
    return Optional.ofNullable(waiting);
  }

  boolean isFull() {
    return full;
  }

  /** Replaces what is missing by the spare and starts to make a segment if one is wanted. */
  void refill(long nowMillis) {
    if (spare != null && active.size() < options.openSegments()) {
      active.add(spare);
      spare = null;
    }
    boolean wanted =
        active.size() < options.openSegments() || (spare == null && spareWanted(nowMillis));
    if (wanted && !opening && !closed && mayTry(nowMillis)) {
      open(nowMillis);
    }
  }

  private boolean spareWanted(long nowMillis) {
    for (OpenSegment segment : active) {
      if (segment.usedBytes() > segment.size() / 2 || isOld(segment, nowMillis)) {
        return true;
      }
    }
    return false;
  }

  /** A clock that jumps back also ends the time between two tries. */
  private boolean mayTry(long nowMillis) {
    return !refused || Math.abs(nowMillis - refusedAtMillis) >= RETRY_MILLIS;
  }

  private boolean isOld(OpenSegment segment, long nowMillis) {
    return !segment.isEmpty()
        && Math.abs(nowMillis - segment.firstStagedMillis()) >= options.sealAfter().toMillis();
  }

  private void open(long nowMillis) {
    opening = true;
    CompletableFuture<SegmentOpener.Outcome> outcome =
        opener.open(idPrefix + "-" + made++, nextSize);
    outcome.whenComplete(
        (result, error) -> {
          synchronized (lock) {
            opening = false;
            if (error != null) {
              refused("a segment cannot be made: " + error, false, nowMillis);
            } else if (result instanceof SegmentOpener.Outcome.Opened opened) {
              accept(opened.segment(), nowMillis);
            } else if (result instanceof SegmentOpener.Outcome.Full noRoom) {
              refused(noRoom.reason(), true, nowMillis);
            } else if (result instanceof SegmentOpener.Outcome.Unavailable unavailable) {
              refused(unavailable.reason(), false, nowMillis);
            }
          }
        });
  }

  private void accept(OpenSegment segment, long nowMillis) {
    waiting = null;
    full = false;
    refused = false;
    if (closed) {
      opener.discard(segment);
    } else {
      spare = segment;
      refill(nowMillis);
    }
  }

  private void refused(String reason, boolean noRoom, long nowMillis) {
    waiting = reason;
    full = noRoom;
    refused = true;
    refusedAtMillis = nowMillis;
    // Room for a smaller segment may be left.
    nextSize = noRoom ? Math.max(smallest(), round(nextSize / 2)) : nextSize;
  }

  /**
   * Makes way for a segment with more room: retires the active one with the least room; if all are
   * empty, gives one back that is smaller than a segment may be.
   *
   * @return false if all are empty and as large as they may be
   */
  boolean retireFullest() {
    Optional<OpenSegment> fullest =
        active.stream()
            .filter(segment -> !segment.isEmpty())
            .min(Comparator.comparingLong(OpenSegment::freeBytes));
    if (fullest.isPresent()) {
      retire(fullest.get());
      nextSize = Math.min(options.segmentSize(), nextSize * 4);
      return true;
    }
    Optional<OpenSegment> small =
        active.stream().filter(segment -> segment.size() < options.segmentSize()).findFirst();
    if (small.isPresent()) {
      active.remove(small.get());
      opener.discard(small.get());
      nextSize = options.segmentSize();
    }
    return small.isPresent();
  }

  /** Retires all that hold something, so that migration can move them. */
  void retireAll() {
    for (OpenSegment segment : List.copyOf(active)) {
      if (!segment.isEmpty()) {
        retire(segment);
      }
    }
  }

  /**
   * Retires the oldest segment once it is old and a spare can replace it. The next one is as large
   * as what this one took in its time asks for, so that a writer with little to do allocates
   * little.
   */
  void retireOld(long nowMillis) {
    Optional<OpenSegment> old = oldWithSpare(nowMillis);
    if (old.isPresent()) {
      retire(old.get());
      nextSize =
          Math.min(options.segmentSize(), Math.max(smallest(), round(2 * old.get().usedBytes())));
    }
    refill(nowMillis);
  }

  Optional<OpenSegment> oldWithSpare(long nowMillis) {
    return spare == null
        ? Optional.empty()
        : active.stream()
            .filter(segment -> isOld(segment, nowMillis))
            .min(Comparator.comparingLong(OpenSegment::firstStagedMillis));
  }

  private void retire(OpenSegment segment) {
    active.remove(segment);
    retiring.add(segment);
  }

  private long smallest() {
    return Math.min(options.segmentSize(), Math.max(1 << 20, 8L * options.shardSize()));
  }

  private static long round(long bytes) {
    return (bytes + SIZE_STEP - 1) / SIZE_STEP * SIZE_STEP;
  }

  void closeFiles(OpenSegment segment) {
    opener.close(segment);
  }

  /** Deletes what was never flushed; closes the others as they are. */
  void close() {
    closed = true;
    List<OpenSegment> all = new ArrayList<>(active);
    all.addAll(retiring);
    if (spare != null) {
      all.add(spare);
    }
    for (OpenSegment segment : all) {
      if (segment.isEmpty()) {
        opener.discard(segment);
      } else {
        opener.close(segment);
      }
    }
    active.clear();
    retiring.clear();
    spare = null;
  }
}
