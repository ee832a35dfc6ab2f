package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.basalt.flink.StoreHandle;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drives that are full, go away, run out or hang while records keep coming. */
@Timeout(180)
class DriveFaultsTest extends ClusterTest {
  private static final int FIVE_CHECKPOINT_TIMEOUTS = 20;

  @BeforeAll
  static void start(@TempDir Path logs) throws Exception {
    start(logs, 1);
  }

  @Test
  void waitsWhileTheStoreIsFullAndGoesOnByItself() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "full")) {
      RandomSteps steps = new RandomSteps(20, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      store.fill();
      TestCluster.await(
          "says that it waits",
          () -> {
            for (int i = 0; i < 200; i++) {
              store.send(steps.next());
            }
            store.awaitSent();
            return cluster.gauges(job, "waiting").stream().anyMatch(why -> !why.equals(""));
          });
      assertThat(cluster.gauges(job, "waiting"))
          .anySatisfy(
              why ->
                  assertThat((String) why)
                      .matches(
                          "SCM \\d+ % full; no two drives of different enclosures have room for a"
                              + " segment"));

      // They are begun every half second and would time out after two.
      long before = cluster.checkpoints(job);
      TestCluster.await(
          "checkpoints go on", () -> cluster.checkpoints(job) >= before + FIVE_CHECKPOINT_TIMEOUTS);
      assertThat(cluster.gauges(job, "waiting")).anyMatch(why -> !why.equals(""));

      store.makeRoom();
      store.awaitAcknowledged();
      store.assertHolds(steps.model());
      assertThat(cluster.restarts(job)).isZero();
      assertThat(cluster.gauges(job, "waiting")).containsOnly("");
      cluster.cancel(job);
    }
  }

  @Test
  void waitsWhileNoDriveHasRoomForARoot() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "roots")) {
      RandomSteps steps = new RandomSteps(25, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      store.fillWhole();
      TestCluster.await(
          "says that it waits",
          () -> {
            store.send(steps.next());
            store.awaitSent();
            return cluster
                .gauges(job, "waiting")
                .contains("no two root drives of different enclosures have room for a root");
          });
      store.makeRoom();
      store.awaitAcknowledged();
      store.assertHolds(steps.model());
      assertThat(cluster.restarts(job)).isZero();
      assertThat(cluster.gauges(job, "waiting")).containsOnly("");
      cluster.cancel(job);
    }
  }

  @Test
  void leavesAllDrivesHealthyWhenItIsCancelledUnderLoad() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "cancel");
        // The tasks of this process share their drives with this handle, and their failures.
        StoreHandle handle = StoreHandle.open(store.file())) {
      RandomSteps steps = new RandomSteps(21, 20);
      for (int i = 0; i < 5; i++) {
        JobID job = cluster.submit(store.file(), 2);
        store.write(steps, 20);
        for (int record = 0; record < 1_000; record++) {
          store.send(steps.next());
        }
        cluster.cancel(job);
        assertThat(handle.drives().unavailable()).isEmpty();
      }
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 20);
      cluster.cancel(job);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
    }
  }

  @Test
  void goesOnWithoutADriveWhoseFolderBecomesAFile() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "replaced")) {
      RandomSteps steps = new RandomSteps(22, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      Path drive = store.drive("scm-1");
      Path away = directory.resolve("away");
      Set<SegmentLocation> before = onDrive(store.head(), "scm-1");
      assertThat(before).isNotEmpty();
      Files.move(drive, away);
      Files.createFile(drive);
      for (int i = 0; i < 10; i++) {
        store.write(steps, 200);
        // A segment that was open when the drive went grows no more: it would have one copy.
        assertThat(before).containsAll(onDrive(store.head(), "scm-1"));
      }
      assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);

      Files.delete(drive);
      Files.move(away, drive);
      store.write(steps, 200);
      cluster.cancel(job);
      JobID again = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      cluster.cancel(again);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
    }
  }

  @Test
  void goesOnWhenADeviceRunsOutOfSpace() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("scm-2"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount.toString()));
    try (TestStore store = TestStore.create(directory, broker, "tmpfs")) {
      store.edit(
          yaml ->
              yaml.replace("scm-2, enclosure: a, size: 64MiB", "scm-2, enclosure: a, size: 24MiB"));
      RandomSteps steps = new RandomSteps(23, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      Path filler = mount.resolve("filler");
      fillDevice(filler);
      for (int i = 0; i < 10; i++) {
        store.write(steps, 200);
      }
      Files.delete(filler);
      store.write(steps, 200);
      // Roots come back to the device once its used space is counted anew.
      while (!Files.exists(mount.resolve("roots/root-%012d".formatted(store.head().number())))) {
        store.write(steps, 20);
      }
      assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      cluster.cancel(job);
    } finally {
      run("umount", "-l", mount.toString());
    }
  }

  @Test
  @Tag("soak")
  void goesOnWithoutADriveThatHangs() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("scm-3"));
    Path image = directory.resolve("image");
    assumeTrue(
        run("truncate", "-s", "96M", image.toString())
            && run("mkfs.ext4", "-q", image.toString())
            && run("mount", "-o", "loop", image.toString(), mount.toString()));
    try {
      Files.delete(mount.resolve("lost+found"));
      try (TestStore store = TestStore.create(directory, broker, "hangs")) {
        RandomSteps steps = new RandomSteps(24, 20);
        JobID job = cluster.submit(store.file(), 2);
        store.write(steps, 200);
        // Whatever writes to it now waits until it is thawed.
        assumeTrue(run("fsfreeze", "-f", mount.toString()));
        try {
          for (int i = 0; i < 5; i++) {
            store.write(steps, 200);
          }
          assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
        } finally {
          run("fsfreeze", "-u", mount.toString());
        }
        store.write(steps, 200);
        cluster.cancel(job);
        JobID again = cluster.submit(store.file(), 2);
        store.write(steps, 200);
        cluster.cancel(again);
        assertThat(store.rejects()).hasSize(steps.model().rejects());
      }
    } finally {
      run("umount", "-l", mount.toString());
    }
  }

  /** The tails with a mirror on a drive, and where they end. */
  private static Set<SegmentLocation> onDrive(Root root, String drive) {
    return root.tails().stream()
        .map(Tail::location)
        .filter(location -> location.mirrors().contains(drive))
        .collect(Collectors.toSet());
  }

  private static void fillDevice(Path filler) throws Exception {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(List.of(command)).inheritIO().start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }
}
