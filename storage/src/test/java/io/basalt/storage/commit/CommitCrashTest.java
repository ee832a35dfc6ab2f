package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Interleaving.Killed;
import io.basalt.storage.drive.SimulatedCrash;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Stops commits, a prune and a sweep at every file operation and every step of the arbiter; what
 * was not forced may vanish. Covers each step of the list in {@link RootCommitter}.
 */
class CommitCrashTest {
  @Test
  void atEveryFileOperation() throws Exception {
    stopAtEveryFileOperation(3);
  }

  @Test
  @Tag("soak")
  void atEveryFileOperationManyOutcomes() throws Exception {
    stopAtEveryFileOperation(200);
  }

  private static void stopAtEveryFileOperation(int seeds) throws Exception {
    CommitWorld whole = CommitWorld.create();
    long first = whole.drives.operations();
    work(whole, () -> {});
    long last = whole.drives.operations();
    assertThat(last).isGreaterThan(first + 30);
    for (long stop = first + 1; stop <= last; stop++) {
      CommitWorld world = CommitWorld.create();
      world.drives.stopAt(stop);
      try {
        work(world, () -> {});
      } catch (SimulatedCrash crash) {
        assertThat(world.drives.stopped()).isTrue();
      }
      for (int seed = 0; seed < seeds; seed++) {
        check(world, seed, "stopped before file operation " + stop);
      }
    }
  }

  @Test
  void atEveryStepOfTheArbiter() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    work(CommitWorld.create(), steps::incrementAndGet);
    for (int stop = 1; stop <= steps.get(); stop++) {
      CommitWorld world = CommitWorld.create();
      AtomicInteger left = new AtomicInteger(stop);
      try {
        work(
            world,
            () -> {
              if (left.decrementAndGet() <= 0) {
                // Also for clean-up: who is dead does nothing more.
                throw new Killed();
              }
            });
      } catch (Killed dead) {
        assertThat(left.get()).isLessThanOrEqualTo(0);
      }
      for (int seed = 0; seed < 3; seed++) {
        check(world, seed, "stopped before step " + stop);
      }
    }
  }

  private static void work(CommitWorld world, Runnable step) throws Exception {
    world.commit("[1]", step);
    world.commit("[2]", step);
    world.cleanUp(step);
    world.commit("[3]", step);
  }

  private static void check(CommitWorld world, int seed, String when) throws Exception {
    try {
      world.afterCrash(seed).check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when + ", seed " + seed, e);
    }
  }
}
