package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a repair of damaged copies at every file operation; what was not forced may vanish. The
 * store reads as before after each stop, and the next repair mends what is left.
 */
class CopyRepairCrashTest {
  /** Directories of mirrored files, a copy of each of which is damaged. */
  private static final List<String> MIRRORED =
      List.of("leaves", "branches", "usage", "runs", "maps", "copies");

  @TempDir Path folder;
  private SimulatedDrives drives;
  private Map<String, byte[]> contents;
  private int damaged;

  /** A store with a file of each kind; of each file one copy is damaged, or missing. */
  @BeforeEach
  void prepare() throws Exception {
    drives = new SimulatedDrives(2, 2, 64 << 20);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    try (TestStore store = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      for (int i = 0; i < 9; i++) {
        store.put("/f" + i, new byte[] {(byte) i});
      }
      store.seal();
      store.makeRun();
      LocalCompaction.run(drives.driveSet(), log.handle(), store.clock(), 1);
      store.refresh();
      store.put("/f3", new byte[] {30});
      store.seal();
      store.makeRun();
    }
    contents = Contents.of(drives.driveSet());
    for (String directory : MIRRORED) {
      damage(directory);
    }
    assertThat(verify(drives).problems()).isNotEmpty();
  }

  private void damage(String directory) throws IOException {
    int before = damaged;
    for (String pair : List.of("scm", "capacity")) {
      Drive first = drive(pair + "-0");
      for (StoredFile file : first.list(directory)) {
        String victim = pair + "-" + damaged % 2;
        if (damaged % 3 == 0) {
          drives.lose(victim, file.name());
        } else {
          drives.flipBit(victim, file.name(), file.length() / 2);
        }
        damaged++;
      }
    }
    assertThat(damaged).as(directory).isGreaterThan(before);
  }

  private Drive drive(String id) {
    return drives.drives().stream()
        .filter(drive -> drive.info().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static VerifyReport verify(SimulatedDrives at) {
    return new Verifier(at.driveSet()).verify();
  }

  @Test
  void aStopAnywhereHarmsNothingAndTheNextRepairGoesOn() throws Exception {
    long operations = stopAt(Long.MAX_VALUE);
    assertThat(operations).isGreaterThan(2L * damaged);
    for (long stop = 1; stop <= operations; stop++) {
      stopAt(stop);
    }
  }

  private long stopAt(long stop) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    copy.stopAt(stop);
    try {
      repair(copy);
    } catch (SimulatedCrash stopped) {
      assertThat(copy.stopped()).isTrue();
    }
    SimulatedDrives after = copy.afterCrash(stop);
    assertThat(Contents.of(after.driveSet())).containsExactlyInAnyOrderEntriesOf(contents);
    repair(after);
    assertThat(verify(after).problems()).as("stopped before operation " + stop).isEmpty();
    assertThat(Contents.of(after.driveSet())).containsExactlyInAnyOrderEntriesOf(contents);
    return copy.operations();
  }

  private static void repair(SimulatedDrives at) throws IOException {
    DriveSet set = at.driveSet();
    new CopyRepair(set).mend(new Verifier(set).verify().damaged());
  }
}
