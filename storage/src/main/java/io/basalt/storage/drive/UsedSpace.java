package io.basalt.storage.drive;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bytes that the files of a drive are allocated: counted by a walk, since other processes write
 * too, plus what this process has added and freed since that walk began. Who needs no fresh figure
 * does not wait for a walk that another does.
 */
final class UsedSpace {
  /** Counts all files of the drive. */
  @FunctionalInterface
  interface Walk {
    long bytes() throws IOException;
  }

  /** A drive with very many files is not walked most of the time. */
  private static final int REST = 20;

  private final Walk walk;
  private final LongSupplier nanoTime;
  private final AtomicLong added = new AtomicLong();
  private volatile Counted last;

  /**
   * What a walk counted.
   *
   * @param before what was added when it began; changes during the walk may be counted twice until
   *     the next one, and the drive's reserve is larger than any file
   */
  private record Counted(long bytes, long before, long endNanos, long tookNanos) {
    boolean serves(Duration age, long nowNanos) {
      return nowNanos - endNanos <= Math.max(age.toNanos(), REST * tookNanos);
    }
  }

  UsedSpace(Walk walk, LongSupplier nanoTime) {
    this.walk = walk;
    this.nanoTime = nanoTime;
  }

  /** The bytes, by a walk no older than this, or than many times the time that it takes. */
  long bytes(Duration age) throws IOException {
    Counted counted = last;
    if (counted == null || !counted.serves(age, nanoTime.getAsLong())) {
      counted = counted(age);
    }
    return counted.bytes() + added.get() - counted.before();
  }

  private synchronized Counted counted(Duration age) throws IOException {
    if (last == null || !last.serves(age, nanoTime.getAsLong())) {
      long before = added.get();
      long start = nanoTime.getAsLong();
      long bytes = walk.bytes();
      long end = nanoTime.getAsLong();
      last = new Counted(bytes, before, end, end - start);
    }
    return last;
  }

  /** Bytes that were allocated, or freed if negative. */
  void add(long bytes) {
    added.addAndGet(bytes);
  }
}
