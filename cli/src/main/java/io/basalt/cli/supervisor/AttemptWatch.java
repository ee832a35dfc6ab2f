package io.basalt.cli.supervisor;

import io.basalt.storage.commit.AttemptSigns;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells live attempts that are at work, on whatever cluster, from those that died: of the dead
 * nothing changes any more.
 */
final class AttemptWatch {
  /** So long nothing of an attempt changes before it counts as dead. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private AttemptSigns seen;
  private long sinceNanos;

  AttemptWatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether the last look found live attempts. */
  boolean isWatching() {
    return seen != null;
  }

  /** Whether attempts are live that may be at work, by this look and the ones before. */
  boolean mayWork(AttemptSigns now) {
    if (now.attempts().isEmpty()) {
      seen = null;
      return false;
    }
    long time = nanoTime.getAsLong();
    if (!now.equals(seen)) {
      seen = now;
      sinceNanos = time;
    }
    return time - sinceNanos < PATIENCE.toNanos();
  }
}
