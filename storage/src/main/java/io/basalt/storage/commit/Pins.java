package io.basalt.storage.commit;

import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.RootBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a root for a long read: the changes that set, renew and end a pin. A pin that was not
 * renewed for {@link #EXPIRY} may be ended by anyone.
 */
public final class Pins {
  public static final Duration EXPIRY = Duration.ofMinutes(15);

  /** A root lists all pins, and must stay small. */
  static final int AT_MOST = 128;

  private final Clock clock;

  public Pins(Clock clock) {
    this.clock = clock;
  }

  /**
   * Pins the head or a root that it keeps, and ends the pins that have expired. Conflicts if the
   * root was dropped meanwhile, or there are as many pins as there may be.
   *
   * @param id random, of the reader
   */
  Change pin(String id, long number) {
    return next -> {
      if (next.kept().stream().noneMatch(kept -> kept.number() == number)) {
        throw new CommitConflictException(
            "root %d is not kept any more: choose one of basalt roots".formatted(number));
      }
      expire().apply(next);
      if (without(next, id).size() >= AT_MOST) {
        throw new CommitConflictException(
            "%d long reads are at work, as many as there may be: wait until one has ended"
                .formatted(AT_MOST));
      }
      replace(next, id, new Pin(id, number, clock.millis()));
    };
  }

  /** Conflicts if the pin has expired: what it kept may be gone. */
  Change renew(String id) {
    return next -> {
      Pin pin =
          next.pins().stream()
              .filter(each -> each.id().equals(id))
              .findFirst()
              .orElseThrow(() -> new CommitConflictException("pin " + id + " has expired"));
      replace(next, id, new Pin(id, pin.number(), clock.millis()));
    };
  }

  /** Ends a pin; nothing to do if it has expired. */
  Change release(String id) {
    return next -> next.pins(without(next, id));
  }

  /**
   * Ends the pins whose readers are gone. One that was renewed while a clock ran ahead counts from
   * now on: it would hold its root for as long as the clock was wrong.
   */
  public Change expire() {
    return next -> {
      long now = clock.millis();
      next.pins(
          next.pins().stream()
              .filter(pin -> pin.renewed() >= now - EXPIRY.toMillis())
              .map(pin -> pin.renewed() <= now ? pin : new Pin(pin.id(), pin.number(), now))
              .toList());
    };
  }

  private static void replace(RootBuilder next, String id, Pin pin) {
    List<Pin> pins = new ArrayList<>(without(next, id));
    pins.add(pin);
    next.pins(pins);
  }

  private static List<Pin> without(RootBuilder next, String id) {
    return next.pins().stream().filter(pin -> !pin.id().equals(id)).toList();
  }
}
