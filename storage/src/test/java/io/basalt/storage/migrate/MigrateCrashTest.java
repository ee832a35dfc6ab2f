package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.migrate.SteppedMigration.Done;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Stops a migration at every file operation and at every step of the arbiter; what was not forced
 * may vanish. Covers each step of the lists in {@link StripeCommitter} and {@link
 * io.basalt.storage.stripe.StripeWriter}: afterwards every file reads as before, another migration
 * does the rest, and a sweep leaves nothing behind.
 */
class MigrateCrashTest {
  private static final long SCM = 32 * MigrateWorld.MIB;
  private static final double WATERMARK = 0.4;

  private static MigrateWorld full() throws Exception {
    MigrateWorld world = MigrateWorld.create(2, 4 * MigrateWorld.MIB, 4, 8 * MigrateWorld.MIB);
    world.erasure(2, 1);
    world.watermark(WATERMARK);
    try (WorldIngest ingest = world.ingest()) {
      assertThat(ingest.fillTo(0.8)).isTrue();
    }
    world.sealAll();
    return world;
  }

  @Test
  void atFileOperations() throws Exception {
    stopAtFileOperations(20, 1);
  }

  @Test
  @Tag("soak")
  void atEveryFileOperation() throws Exception {
    stopAtFileOperations(Integer.MAX_VALUE, 2);
  }

  /** Stops at so many operations at most, evenly spread, with so many outcomes of each. */
  private static void stopAtFileOperations(int stops, int seeds) throws Exception {
    MigrateWorld whole = full();
    long first = whole.drives.operations();
    assertThat(whole.migrate().stripes()).isGreaterThan(1);
    long last = whole.drives.operations();
    assertThat(last).isGreaterThan(first + 50);
    long step = Math.max(1, (last - first) / stops);
    for (long stop = first + 1; stop <= last; stop += step) {
      stopBefore(stop, seeds);
    }
  }

  private static void stopBefore(long operation, int seeds) throws Exception {
    MigrateWorld world = full();
    world.drives.stopAt(operation);
    try {
      world.migrate();
    } catch (SimulatedCrash crash) {
      assertThat(world.drives.stopped()).isTrue();
    }
    for (int seed = 0; seed < seeds; seed++) {
      check(
          world.afterCrash(seed), "stopped before file operation " + operation + ", seed " + seed);
    }
  }

  /** A commit ends with the deletion of mirrors; those that are not forced may be there again. */
  @Test
  void atTheLastFileOperationOfEachStep() throws Exception {
    MigrateWorld whole = full();
    SteppedMigration migration = new SteppedMigration(whole);
    List<Long> last = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = migration.step();
      last.add(whole.drives.operations());
    }
    assertThat(migration.done().stripes()).isGreaterThan(1);
    for (long stop : last) {
      stopBefore(stop, 3);
    }
  }

  @Test
  void atStepsOfTheArbiter() throws Exception {
    stopAtStepsOfTheArbiter(8);
  }

  @Test
  @Tag("soak")
  void atEveryStepOfTheArbiter() throws Exception {
    stopAtStepsOfTheArbiter(Integer.MAX_VALUE);
  }

  private static void stopAtStepsOfTheArbiter(int stops) throws Exception {
    AtomicInteger steps = new AtomicInteger();
    MigrateWorld whole = full();
    whole.beforeArbiter(steps::incrementAndGet);
    assertThat(whole.migrate().stripes()).isGreaterThan(1);
    assertThat(steps.get()).isGreaterThan(10);
    for (int stop = 1; stop <= steps.get(); stop += Math.max(1, steps.get() / stops)) {
      MigrateWorld world = full();
      AtomicInteger left = new AtomicInteger(stop);
      world.beforeArbiter(
          () -> {
            if (left.decrementAndGet() <= 0) {
              throw new Killed();
            }
          });
      try {
        world.migrate();
      } catch (Killed dead) {
        assertThat(left.get()).isLessThanOrEqualTo(0);
      }
      check(world.afterCrash(1), "stopped before step " + stop + " of the arbiter");
    }
  }

  private static void check(MigrateWorld world, String when) throws Exception {
    try {
      world.check();
      world.migrate();
      world.check();
      assertThat(world.scmFill()).isLessThan(WATERMARK);
      // The next migration ends the one that died, also if there was nothing left to move.
      assertThat(world.head().attempts()).noneMatch(live -> live.kind().equals("migrate"));
      world.sweep();
      world.checkNothingIsLeft();
      world.check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when, e);
    }
  }

  /** Stands for kill -9 between two calls to the arbiter. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Ingest and migration are killed at random, thrice the SCM's size is written, m drives go. */
  @Test
  void nothingIsLostAtThriceTheScm() throws Exception {
    // Each byte stands there twice.
    randomised(1, 3 * SCM / 2);
  }

  @Test
  @Tag("soak")
  void nothingIsLostAtThriceTheScmManySeeds() throws Exception {
    for (int seed = 2; seed < 22; seed++) {
      randomised(seed, 3 * SCM);
    }
  }

  private static void randomised(int seed, long bytes) throws Exception {
    Random random = new Random(seed);
    MigrateWorld world = MigrateWorld.create(4, SCM / 4, 6, 64 * MigrateWorld.MIB);
    long written = 0;
    int migrations = 0;
    int unblocked = 0;
    while (written < bytes) {
      world.drives.stopAt(
          random.nextInt(3) == 0
              ? world.drives.operations() + 1 + random.nextInt(400)
              : Long.MAX_VALUE);
      try {
        if (random.nextBoolean()) {
          try (WorldIngest ingest = world.ingest()) {
            ingest.fillTo(0.7 + random.nextDouble() * 0.3);
          }
          written = world.writtenBytes();
        } else {
          Done done = world.migrate();
          migrations++;
          if (done.plan().blocked().isEmpty()) {
            assertThat(world.scmFill()).isLessThan(0.80);
            unblocked++;
          }
        }
        world.sweep();
      } catch (SimulatedCrash crash) {
        world = world.afterCrash(random.nextLong());
      } catch (IOException dead) {
        // The clean-up of who was killed meets the stop too.
        assertThat(world.drives.stopped()).as(dead.toString()).isTrue();
        world = world.afterCrash(random.nextLong());
      }
    }
    assertThat(unblocked).isGreaterThan(migrations / 2);
    world.drives.stopAt(Long.MAX_VALUE);
    world.sealAll();
    world.migrate();
    world.sweep();
    world.check();
    assertThat(world.map().stripes()).isNotEmpty();
    world.drives.unplug("capacity-" + random.nextInt(3));
    world.drives.unplug("capacity-" + (3 + random.nextInt(3)));
    world.drives.unplug("scm-" + random.nextInt(4));
    world.checkFiles();
  }
}
