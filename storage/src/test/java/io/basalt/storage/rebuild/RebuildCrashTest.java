package io.basalt.storage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.SteppedArbiter;
import io.basalt.storage.compact.Bytes;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a rebuild at every file operation and at every step of the arbiter; what was not forced may
 * vanish. Covers each step of the list in {@link Rebuild}: the next rebuild, or the head that the
 * stop left, is the whole store.
 */
class RebuildCrashTest {
  @TempDir Path folder;
  private SimulatedDrives drives;
  private Bytes bytes;

  @Test
  void aStopAnywhereLosesNothingAndTheNextRebuildEndsIt() throws Exception {
    prepare();
    long operations = stopAt(Long.MAX_VALUE);
    assertThat(operations).isGreaterThan(40);
    for (long stop = 1; stop <= operations; stop++) {
      stopAt(stop);
    }
  }

  /** A store with leaves, their copy and events since, and without any root, branch or run. */
  private void prepare() throws Exception {
    drives = new SimulatedDrives(2, 2, 64 << 20);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    bytes = new Bytes(5, 4);
    try (TestStore store = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      for (int i = 0; i < 25; i++) {
        bytes.change(store);
      }
      store.seal();
      store.makeRun();
      LocalCompaction.run(drives.driveSet(), log.handle(), store.clock(), 1);
      store.refresh();
      for (int i = 0; i < 15; i++) {
        bytes.change(store);
      }
      store.seal();
      store.makeRun();
      bytes.change(store);
      store.commit();
    }
    for (Drive drive : drives.drives()) {
      for (String directory : List.of("roots", "runs", "maps", "usage")) {
        for (StoredFile file : drive.list(directory)) {
          drives.lose(drive.info().id(), file.name());
        }
      }
    }
    for (String drive : List.of("scm-0", "scm-1")) {
      for (StoredFile file : drives.driveSet().call(drive, d -> d.list("branches"))) {
        drives.lose(drive, file.name());
      }
    }
  }

  private long stopAt(long operation) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    copy.stopAt(operation);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic-2");
    try {
      LocalRebuild.run(copy.driveSet(), log, 2, Set.of());
    } catch (SimulatedCrash stopped) {
      assertThat(copy.stopped()).isTrue();
    }
    rebuildAnew(copy.afterCrash(operation));
    return copy.operations();
  }

  @Test
  void aStopAtTheArbiterLosesNothingAndTheNextRebuildEndsIt() throws Exception {
    prepare();
    assertThat(stopAtStep(Long.MAX_VALUE)).isEqualTo(3);
    for (long step = 1; step <= 3; step++) {
      stopAtStep(step);
    }
  }

  private long stopAtStep(long step) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    SteppedArbiter arbiter =
        new SteppedArbiter(new InMemoryArbiter.Log("cluster", "topic-2").handle(), step);
    Rebuild.Options options = LocalRebuild.options(Set.of(), TestStore.INCARNATION);
    try {
      LocalRebuild.run(copy.driveSet(), arbiter, 2, options);
    } catch (SimulatedCrash stopped) {
      assertThat(arbiter.steps()).isEqualTo(step);
    }
    rebuildAnew(copy.afterCrash(step));
    return arbiter.steps();
  }

  private void rebuildAnew(SimulatedDrives after) throws Exception {
    LocalRebuild.run(after.driveSet(), new InMemoryArbiter.Log("cluster", "topic-3"), 3, Set.of());
    check(after);
    assertThat(new Verifier(after.driveSet()).verify().problems()).isEmpty();
  }

  private void check(SimulatedDrives after) throws IOException {
    assertThat(Contents.of(after.driveSet())).containsExactlyInAnyOrderEntriesOf(bytes.files());
  }
}
