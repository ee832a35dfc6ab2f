package io.basalt.storage.drive;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that the files of a drive are allocated: counted by a walk, which is repeated when it is
 * old since other processes write too, plus what this process has added and freed since that walk.
 */
final class UsedSpace {
  /** Counts all files of the drive. */
  @FunctionalInterface
  interface Walk {
    long bytes() throws IOException;
  }

  private static final long OLD_NANOS = 500_000_000;

  private final Walk walk;
  private final AtomicLong added = new AtomicLong();
  private long walked;
  private long walkedAtNanos;
  private boolean known;

  UsedSpace(Walk walk) {
    this.walk = walk;
  }

  synchronized long bytes() throws IOException {
    if (!known || System.nanoTime() - walkedAtNanos > OLD_NANOS) {
      // What changes during the walk may be counted twice until the next one; the drive's reserve
      // is larger than any file.
      added.set(0);
      walked = walk.bytes();
      walkedAtNanos = System.nanoTime();
      known = true;
    }
    return walked + added.get();
  }

  /** Bytes that were allocated, or freed if negative. */
  void add(long bytes) {
    added.addAndGet(bytes);
  }
}
