package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Interleaving.Killed;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.drive.SimulatedCrash;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Stops a whole ingest at every file operation and every step of the arbiter: flushes, commits, the
 * adoption of what earlier ones left, runs and their location maps, prunes and sweeps. Whatever was
 * not forced may vanish. The next ingest finds all that was acknowledged, reads the files of the
 * model, goes on to the end, and the verifier finds nothing.
 *
 * <p>The default run takes every {@value #STRIDE}th stop, the soak run, some minutes, all of them;
 * each with one outcome of the crash, another for each stop.
 */
class WritePathCrashTest {
  private static final int STRIDE = 11;

  @Test
  void atSomeFileOperations() throws Exception {
    stopAtFileOperations(STRIDE);
  }

  @Test
  @Tag("soak")
  void atEveryFileOperation() throws Exception {
    stopAtFileOperations(1);
  }

  @Test
  void atSomeStepsOfTheArbiter() throws Exception {
    stopAtSteps(STRIDE);
  }

  @Test
  @Tag("soak")
  void atEveryStepOfTheArbiter() throws Exception {
    stopAtSteps(1);
  }

  /** An ingest that was stopped is adopted by one that is stopped as well. */
  @Test
  void anAdoptionAtSomeFileOperations() throws Exception {
    stopAnAdoption(STRIDE);
  }

  @Test
  @Tag("soak")
  void anAdoptionAtEveryFileOperation() throws Exception {
    stopAnAdoption(1);
  }

  private static void stopAtFileOperations(int stride) throws Exception {
    SimulatedStore whole = SimulatedStore.create();
    long first = whole.drives.operations();
    whole.ingest(Steps.ALONE);
    whole.verify();
    long last = whole.drives.operations();
    for (long stop = first + 1; stop <= last; stop += stride) {
      SimulatedStore store = SimulatedStore.create();
      ingestUntil(store, stop);
      goOn(store, stop, "stopped before file operation " + stop);
    }
  }

  private static void ingestUntil(SimulatedStore store, long stop) throws Exception {
    store.drives.stopAt(stop);
    try {
      store.ingest(Steps.ALONE);
    } catch (SimulatedCrash crash) {
      assertThat(store.drives.stopped()).isTrue();
    }
  }

  private static void stopAtSteps(int stride) throws Exception {
    AtomicInteger steps = new AtomicInteger();
    SimulatedStore.create().ingest(touch -> steps.incrementAndGet());
    for (int stop = 1; stop <= steps.get(); stop += stride) {
      SimulatedStore store = SimulatedStore.create();
      AtomicInteger left = new AtomicInteger(stop);
      try {
        store.ingest(
            touch -> {
              if (left.decrementAndGet() <= 0) {
                throw new Killed();
              }
            });
      } catch (Killed dead) {
        assertThat(left.get()).isLessThanOrEqualTo(0);
      }
      goOn(store, stop, "stopped before step " + stop);
    }
  }

  private static void stopAnAdoption(int stride) throws Exception {
    SimulatedStore left = SimulatedStore.create();
    long half = operations(SimulatedStore.create()) / 2;
    ingestUntil(left, half);
    SimulatedStore whole = left.afterCrash(1);
    whole.ingest(Steps.ALONE);
    long last = whole.drives.operations();
    for (long stop = 1; stop <= last; stop += stride) {
      SimulatedStore adopted = left.afterCrash(1);
      ingestUntil(adopted, stop);
      goOn(adopted, stop, "adoption stopped before file operation " + stop);
    }
  }

  private static long operations(SimulatedStore store) throws Exception {
    store.ingest(Steps.ALONE);
    return store.drives.operations();
  }

  private static void goOn(SimulatedStore store, long seed, String when) {
    try {
      SimulatedStore next = store.afterCrash(seed);
      next.ingest(Steps.ALONE);
      next.verify();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when, e);
    }
  }
}
