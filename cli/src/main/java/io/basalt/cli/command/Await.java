package io.basalt.cli.command;

import io.basalt.cli.Failure;
import java.time.Duration;
import java.util.function.Supplier;

/** Waits for something that another process does and tells nobody. */
final class Await {
  private static final long LOOK_MILLIS = 100;

  private Await() {}

  /** A question to another process; its failures end the wait. */
  @FunctionalInterface
  interface Look {
    boolean isDone() throws Exception;
  }

  /**
   * Looks again and again.
   *
   * @param complaint what to say when patience is at its end
   */
  static void until(Duration patience, Look look, Supplier<String> complaint) throws Exception {
    long end = System.nanoTime() + patience.toNanos();
    while (!look.isDone()) {
      if (System.nanoTime() > end) {
        throw new Failure(complaint.get());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }
}
