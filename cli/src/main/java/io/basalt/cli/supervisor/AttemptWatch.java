package io.basalt.cli.supervisor;

import io.basalt.storage.commit.AttemptSigns;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Tells live attempts that are at work, on whatever cluster, from those that died: of the dead
 * nothing changes any more.
 */
final class AttemptWatch {
  /** So long nothing of an attempt changes before it counts as dead. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Clock clock;
  private AttemptSigns seen;
  private Instant since;

  AttemptWatch(Clock clock) {
    this.clock = clock;
  }

  /** Whether attempts are live that may be at work, by this look and the ones before. */
  boolean mayWork(AttemptSigns now) {
    if (now.attempts().isEmpty()) {
      seen = null;
      return false;
    }
    Instant time = clock.instant();
    if (!now.equals(seen) || time.isBefore(since)) {
      seen = now;
      since = time;
    }
    return time.isBefore(since.plus(PATIENCE));
  }
}
