package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.InMemoryArbiter.Fault;
import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.commit.Interleaving.Killed;
import io.basalt.storage.commit.Interleaving.Steps;
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
    work(whole, Steps.ALONE);
    long last = whole.drives.operations();
    assertThat(last).isGreaterThan(first + 30);
    for (long stop = first + 1; stop <= last; stop++) {
      CommitWorld world = CommitWorld.create();
      world.drives.stopAt(stop);
      try {
        work(world, Steps.ALONE);
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
    work(CommitWorld.create(), touch -> steps.incrementAndGet());
    for (int stop = 1; stop <= steps.get(); stop++) {
      CommitWorld world = CommitWorld.create();
      AtomicInteger left = new AtomicInteger(stop);
      try {
        work(
            world,
            touch -> {
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

  @Test
  void aRepairAtEveryFileOperation() throws Exception {
    CommitWorld whole = lost();
    long first = whole.drives.operations();
    whole.repair(Steps.ALONE);
    long last = whole.drives.operations();
    assertThat(last).isGreaterThan(first + 10);
    for (long stop = first + 1; stop <= last; stop++) {
      CommitWorld world = lost();
      world.drives.stopAt(stop);
      assertThatThrownBy(() -> world.repair(Steps.ALONE)).isInstanceOf(SimulatedCrash.class);
      for (int seed = 0; seed < 3; seed++) {
        repairAndCheck(world, seed, "stopped before file operation " + stop);
      }
    }
  }

  @Test
  void aRepairAtEveryStepOfTheArbiter() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    lost().repair(touch -> steps.incrementAndGet());
    for (int stop = 1; stop <= steps.get(); stop++) {
      CommitWorld world = lost();
      AtomicInteger left = new AtomicInteger(stop);
      assertThatThrownBy(
              () ->
                  world.repair(
                      touch -> {
                        if (left.decrementAndGet() <= 0) {
                          throw new Killed();
                        }
                      }))
          .isInstanceOf(Killed.class);
      for (int seed = 0; seed < 3; seed++) {
        repairAndCheck(world, seed, "stopped before step " + stop);
      }
    }
  }

  /** A store whose commits topic is gone, with a new one in its place. */
  private static CommitWorld lost() throws Exception {
    CommitWorld world = CommitWorld.create();
    world.commit(Steps.ALONE, Fault.NONE, "[1]", "[2]");
    return world.withLog(new Log("cluster", "fresh"));
  }

  private static void repairAndCheck(CommitWorld world, int seed, String when) {
    try {
      CommitWorld after = world.afterCrash(seed);
      after.repair(Steps.ALONE);
      after.commit(Steps.ALONE, Fault.NONE, "[repaired]");
      after.check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when + ", seed " + seed, e);
    }
  }

  private static void work(CommitWorld world, Steps steps) throws Exception {
    world.commit(steps, Fault.NONE, "[1]", "[2]");
    world.cleanUp(steps);
    world.commit(steps, Fault.NONE, "[3]");
  }

  private static void check(CommitWorld world, int seed, String when) throws Exception {
    try {
      world.afterCrash(seed).check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when + ", seed " + seed, e);
    }
  }
}
