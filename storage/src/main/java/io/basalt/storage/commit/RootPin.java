package io.basalt.storage.commit;

import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * The pin of one long read. Each of its commits is an attempt of its own: a reader is not among the
 * live attempts, so the next sweep ends the one before. Belongs to one thread at a time; the
 * arbiter stays the caller's.
 */
public final class RootPin {
  private final RootFiles files;
  private final Arbiter arbiter;
  private final Clock clock;
  private final RandomGenerator random;
  private final Pins pins;
  private final String id;

  private RootPin(RootFiles files, Arbiter arbiter, Clock clock, RandomGenerator random) {
    this.files = files;
    this.arbiter = arbiter;
    this.clock = clock;
    this.random = random;
    this.pins = new Pins(clock);
    this.id = "%016x".formatted(random.nextLong());
  }

  /**
   * Pins the head or a root that it keeps.
   *
   * @param random differs between processes
   * @throws CommitConflictException if the root is not kept any more
   */
  public static RootPin set(
      RootFiles files, Arbiter arbiter, Root root, Clock clock, RandomGenerator random)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    RootPin pin = new RootPin(files, arbiter, clock, random);
    pin.commit(pin.pins.pin(pin.id, root.number()));
    return pin;
  }

  /**
   * To be called well before {@link Pins#EXPIRY} is over.
   *
   * @throws CommitConflictException if the pin has expired
   */
  public Root renew()
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    return commit(pins.renew(id));
  }

  public Root release()
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    return commit(pins.release(id));
  }

  private Root commit(Change change)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    Attempt attempt = Attempt.start(files.head(), random);
    return RootCommitter.open(files, arbiter, attempt, clock).commit(change);
  }

  @Override
  public String toString() {
    return id;
  }
}
