package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.config.Tier;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriveSetTest {
  @TempDir Path directory;
  private StoreConfig config;

  @BeforeEach
  void writeConfig() throws IOException {
    config = config("basalt.yaml");
  }

  private StoreConfig config(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(
        file,
        """
        store: demo
        segment-size: 1MiB
        drives:
          - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
          - {id: scm-1, tier: scm, path: scm-1, enclosure: b, size: 1GiB}
          - {id: capacity-0, tier: capacity, path: capacity-0, enclosure: c, size: 4GiB}
        """);
    return StoreConfigLoader.load(file);
  }

  @Test
  void aNewStoreIsLabelledAndOpens() throws IOException {
    DriveSet.initialise(config, "store-1");
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.storeId()).isEqualTo("store-1");
      assertThat(drives.unavailable()).isEmpty();
      assertThat(drives.available(Tier.SCM))
          .extracting(DriveInfo::id)
          .containsExactly("scm-0", "scm-1");
      assertThat(drives.infos())
          .extracting(DriveInfo::incarnation)
          .doesNotHaveDuplicates()
          .doesNotContain("");
      Space space = drives.space("scm-0");
      assertThat(space.sizeBytes()).isEqualTo(1L << 30);
      assertThat(space.reserveBytes()).isEqualTo((long) Math.ceil((1L << 30) * 0.05));
    }
  }

  @Test
  void aDirectoryWithContentIsNotMadeADrive() throws IOException {
    Files.createDirectories(directory.resolve("scm-1"));
    Files.writeString(directory.resolve("scm-1/precious"), "keep");
    assertThatThrownBy(() -> DriveSet.initialise(config, "store-1"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "drive scm-1 cannot be made in %s: it holds precious; name an empty directory"
                .formatted(directory.resolve("scm-1")));
    assertThat(directory.resolve("scm-0")).doesNotExist();
  }

  @Test
  void aMissingAndAnEmptyDriveAreLeftOutWithTheReason() throws IOException {
    DriveSet.initialise(config, "store-1");
    FileDriveTest.removeAll(directory.resolve("scm-0"));
    Files.delete(directory.resolve("scm-1/basalt-label.json"));
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.available(Tier.SCM)).isEmpty();
      assertThat(drives.unavailable().get("scm-0"))
          .endsWith("scm-0 does not exist: mount the drive");
      assertThat(drives.unavailable().get("scm-1"))
          .endsWith("scm-1 has no basalt-label.json: mount the drive, or it was emptied");
      assertThatThrownBy(() -> drives.call("scm-0", Drive::usedBytes))
          .isInstanceOf(DriveUnavailableException.class)
          .hasMessageContaining("drive scm-0: ");
      assertThatThrownBy(() -> drives.call("scm-7", Drive::usedBytes))
          .isInstanceOf(DriveUnavailableException.class)
          .hasMessage("drive scm-7: is not in the configuration");
    }
  }

  @Test
  void aSurveyLeavesAnotherStoresDriveOut() throws IOException {
    DriveSet.initialise(config, "store-1");
    Files.delete(directory.resolve("capacity-0/basalt-label.json"));
    DriveSet.label(config, Set.of("capacity-0"), "store-2");
    assertThatThrownBy(() -> DriveSet.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("drive capacity-0 belongs to store store-2");
    try (DriveSet drives = DriveSet.survey(config)) {
      assertThat(drives.storeId()).isEqualTo("store-1");
      assertThat(drives.unavailable().get("capacity-0")).startsWith("belongs to store store-2");
      assertThat(drives.available(Tier.CAPACITY)).isEmpty();
    }
  }

  @Test
  void swappedDrivesAreLeftOut() throws IOException {
    DriveSet.initialise(config, "store-1");
    Files.move(directory.resolve("scm-0"), directory.resolve("x"));
    Files.move(directory.resolve("scm-1"), directory.resolve("scm-0"));
    Files.move(directory.resolve("x"), directory.resolve("scm-1"));
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.unavailable().get("scm-0"))
          .endsWith("scm-0 holds drive scm-1: correct the paths of the two");
      assertThat(drives.unavailable().get("scm-1"))
          .endsWith("scm-1 holds drive scm-0: correct the paths of the two");
    }
  }

  @Test
  void aDriveOfAnotherStoreIsRefused() throws IOException {
    DriveSet.initialise(config, "store-1");
    FileDriveTest.removeAll(directory.resolve("scm-1"));
    LabelFile.write(DriveLabel.fresh("store-2", "scm-1"), directory.resolve("scm-1"));
    assertThatThrownBy(() -> DriveSet.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "drive scm-1 belongs to store store-2, the others to store store-1: correct its path");
  }

  @Test
  void withoutAnyDriveTheFirstReasonIsNamed() {
    assertThatThrownBy(() -> DriveSet.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("can be used; drive scm-0: ")
        .hasMessageContaining("does not exist");
  }

  @Test
  void aLabelOfANewerFormatOrOfNoneIsNamed() throws IOException {
    DriveSet.initialise(config, "store-1");
    Files.writeString(directory.resolve("scm-0/basalt-label.json"), "{\"format\":9}");
    Files.writeString(directory.resolve("scm-1/basalt-label.json"), "rubbish");
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.unavailable().get("scm-0"))
          .contains("format version 9")
          .contains("use a newer Basalt");
      assertThat(drives.unavailable().get("scm-1")).contains("cannot be read");
    }
  }

  @Test
  void aFileInPlaceOfADriveIsNamedOnce() throws IOException {
    DriveSet.initialise(config, "store-1");
    Path drive = directory.resolve("scm-1");
    Files.move(drive, directory.resolve("elsewhere"));
    Files.writeString(drive, "no drive");
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.unavailable())
          .containsEntry("scm-1", drive + " is not a directory: mount the drive");
    }
  }

  /** A drive whose calls wait until the test lets them go. */
  private static Drive hanging(CountDownLatch release) {
    return (Drive)
        java.lang.reflect.Proxy.newProxyInstance(
            Drive.class.getClassLoader(),
            new Class<?>[] {Drive.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("info")) {
                return new DriveInfo("scm-0", Tier.SCM, "a", 1 << 30, "i");
              }
              release.await();
              return 0L;
            });
  }

  @Test
  void aDriveThatHangsFailsAtItsDeadlineAndAtOnceFromThenOn() {
    CountDownLatch release = new CountDownLatch(1);
    try (DriveSet drives =
        new DriveSet(
            "s", List.of(hanging(release)), new DriveSet.Options(0.05, Duration.ofMillis(50)))) {
      assertThatThrownBy(() -> drives.call("scm-0", Drive::usedBytes))
          .isInstanceOf(DriveUnavailableException.class)
          .hasMessage("drive scm-0: did not answer within 50 ms");
      assertThat(drives.available(Tier.SCM)).isEmpty();
      assertThat(drives.submit("scm-0", Drive::usedBytes)).isCompletedExceptionally();
    } finally {
      release.countDown();
    }
  }

  @Test
  void aDriveThatIsMountedLaterIsUsedFromThenOn() throws IOException {
    DriveSet.initialise(config, "store-1");
    Files.move(directory.resolve("scm-0"), directory.resolve("away"));
    try (DriveSet drives = DriveSet.open(config)) {
      drives.tryReturns();
      assertThat(drives.unavailable().get("scm-0")).contains("does not exist");
      Files.move(directory.resolve("away"), directory.resolve("scm-0"));
      drives.tryReturns();
      assertThat(drives.unavailable()).isEmpty();
      assertThat(drives.available(Tier.SCM)).hasSize(2);
      assertThat(drives.infos()).extracting(DriveInfo::incarnation).doesNotContain("");
      List<Drive.StoredFile> left = drives.call("scm-0", drive -> drive.list(""));
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aDriveThatFailsComesBackOnlyAsItself() throws IOException {
    DriveSet.initialise(config, "store-1");
    Path drive = directory.resolve("scm-0");
    try (DriveSet drives = DriveSet.open(config)) {
      Files.move(drive, directory.resolve("away"));
      assertThatThrownBy(() -> drives.call("scm-0", d -> d.create("x", 1)))
          .isInstanceOf(DriveUnavailableException.class);

      LabelFile.write(DriveLabel.fresh("store-1", "scm-0"), drive);
      drives.tryReturns();
      assertThat(drives.unavailable().get("scm-0")).contains("was emptied and labelled anew");

      FileDriveTest.removeAll(drive);
      LabelFile.write(DriveLabel.fresh("store-2", "scm-0"), drive);
      drives.tryReturns();
      assertThat(drives.unavailable().get("scm-0")).contains("belongs to store store-2");

      FileDriveTest.removeAll(drive);
      Files.move(directory.resolve("away"), drive);
      Files.writeString(drive.resolve("segments"), "in the way");
      drives.tryReturns();
      assertThat(drives.unavailable().get("scm-0")).contains("Not a directory");

      Files.delete(drive.resolve("segments"));
      drives.tryReturns();
      assertThat(drives.unavailable()).isEmpty();
    }
  }

  @Test
  void aCallFromBeforeADriveCameBackSaysNothingOfIt() throws Exception {
    DriveSet.initialise(config, "store-1");
    CountDownLatch release = new CountDownLatch(1);
    try (DriveSet drives = DriveSet.open(config)) {
      CompletableFuture<Object> old =
          drives.submit(
              "scm-0",
              drive -> {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
                throw new DriveUnavailableException("scm-0", "an old fault", null);
              });
      assertThatThrownBy(
              () ->
                  drives.call(
                      "scm-0",
                      drive -> {
                        throw new DriveUnavailableException("scm-0", "a fault", null);
                      }))
          .hasMessage("drive scm-0: a fault");
      drives.tryReturns();
      release.countDown();
      assertThatThrownBy(() -> DriveSet.await(old)).hasMessage("drive scm-0: an old fault");
      assertThat(drives.unavailable()).isEmpty();
    }
  }

  @Test
  void anInterruptedCallerLeavesAndTheDriveStaysHealthy() {
    CountDownLatch release = new CountDownLatch(1);
    try (DriveSet drives =
        new DriveSet("s", List.of(hanging(release)), DriveSet.Options.DEFAULTS)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> drives.call("scm-0", Drive::usedBytes))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("interrupted during drive I/O");
      assertThat(Thread.interrupted()).isTrue();
      release.countDown();
      assertThat(drives.unavailable()).isEmpty();
    }
  }

  @Test
  void aMissingFileIsNoFailureOfTheDrive() throws IOException {
    DriveSet.initialise(config, "store-1");
    try (DriveSet drives = DriveSet.open(config)) {
      assertThatThrownBy(() -> drives.call("scm-0", d -> d.open("nothing")))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("nothing");
      assertThat(drives.unavailable()).isEmpty();
    }
  }

  @Test
  void callsAfterTheEndFail() throws IOException {
    DriveSet.initialise(config, "store-1");
    DriveSet drives = DriveSet.open(config);
    drives.close();
    assertThatThrownBy(() -> drives.space("scm-0"))
        .isInstanceOf(IOException.class)
        .hasMessage("the drives are closed");
  }
}
