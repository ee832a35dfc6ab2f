package io.basalt.storage.compact;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.Pins;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.RootBuilder;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Begins a compaction: makes its attempt live and those before it end, pins the root that is to be
 * compacted, and ends pins that have expired. From then on the root tells which uploads are
 * published.
 *
 * @param attempt in the names of the files that the workers write
 * @param clock sets the time of the pin
 */
public record CompactionStart(Attempt attempt, Clock clock) implements Change {
  /** The kind of live attempt that a compaction makes. */
  public static final String KIND = "compact";

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    List<LiveAttempt> attempts = new ArrayList<>(next.attempts());
    attempts.removeIf(live -> live.kind().equals(KIND));
    attempts.add(new LiveAttempt(attempt.toString(), KIND));
    next.attempts(attempts);
    new Pins(clock).expire().apply(next);
    List<Pin> pins = new ArrayList<>(next.pins());
    pins.removeIf(pin -> pin.id().startsWith(KIND));
    pins.add(new Pin(pinId(attempt), next.base().number(), clock.millis()));
    next.pins(pins);
    next.uploads(next.uploads().begun());
  }

  /** Number of the root that a started compaction works at. */
  public static long base(Root started, Attempt attempt) throws IOException {
    return started.pins().stream()
        .filter(pin -> pin.id().equals(pinId(attempt)))
        .findFirst()
        .map(Pin::number)
        .orElseThrow(() -> new IOException("compaction " + attempt + " was ended by a later one"));
  }

  /** Sets the time of a running compaction's pin anew: it expires {@link Pins#EXPIRY} later. */
  public static Change renewal(Clock clock) {
    return next ->
        next.pins(
            next.pins().stream()
                .map(
                    pin ->
                        pin.id().startsWith(KIND)
                            ? new Pin(pin.id(), pin.number(), clock.millis())
                            : pin)
                .toList());
  }

  /** Expects the compaction not to have been ended by a later one. */
  public static void requireLive(RootBuilder next, Attempt attempt) throws CommitConflictException {
    if (!isLive(next, attempt)) {
      throw new CommitConflictException(
          "compaction " + attempt + " was ended by a later one: leave its files to the sweep");
    }
  }

  private static boolean isLive(RootBuilder next, Attempt attempt) {
    return next.attempts().stream().anyMatch(live -> live.id().equals(attempt.toString()));
  }

  /** Ends the attempt and its pin. */
  public static void end(RootBuilder next, Attempt attempt) {
    next.attempts(
        next.attempts().stream().filter(live -> !live.id().equals(attempt.toString())).toList());
    next.pins(next.pins().stream().filter(pin -> !pin.id().equals(pinId(attempt))).toList());
  }

  private static String pinId(Attempt attempt) {
    return KIND + "-" + attempt;
  }
}
