package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.Tier;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDriveTest {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  private FileDrive drive(long size) {
    return TestDrives.labelled(
        new DriveConfig("scm-0", Tier.SCM, directory.resolve("d"), "a", size));
  }

  @Test
  void aFileIsAllocatedWholeAndCountsSo() throws IOException {
    FileDrive drive = drive(64 * MIB);
    long before = drive.usedBytes();
    try (DriveFile file = drive.create("segments/one", 16 * MIB)) {
      assertThat(file.length()).isEqualTo(16 * MIB);
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5);
      file.force();
      ByteBuffer read = ByteBuffer.allocate(4);
      file.read(read, 4);
      assertThat(read.array()).containsExactly(0, 1, 2, 3);
    }
    drive.forceDirectoryOf("segments/one");
    assertThat(drive.usedBytes()).isEqualTo(before + 16 * MIB);
    assertThat(drive.list("segments"))
        .extracting(Drive.StoredFile::name, Drive.StoredFile::length)
        .containsExactly(tuple("segments/one", 16 * MIB));
    assertThat(drive.names("segments")).containsExactly("segments/one");
    drive.delete("segments/one");
    assertThat(drive.usedBytes()).isEqualTo(before);
    assertThat(drive.list("segments")).isEmpty();
    assertThat(drive.list("never")).isEmpty();
    assertThat(drive.names("segments")).isEmpty();
    assertThat(drive.names("never")).isEmpty();
  }

  @Test
  void heapBuffersOfAnySizeTakeLittleDirectMemory() throws IOException {
    BufferPoolMXBean direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    FileDrive drive = drive(64 * MIB);
    byte[] bytes = new byte[(int) (16 * MIB)];
    new Random(1).nextBytes(bytes);
    long before = direct.getMemoryUsed();
    try (DriveFile file = drive.create("segments/one", 16 * MIB)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      ByteBuffer read = ByteBuffer.allocate(bytes.length);
      file.read(read, 0);
      assertThat(read.hasRemaining()).isFalse();
      assertThat(read.array()).isEqualTo(bytes);
    }
    assertThat(direct.getMemoryUsed()).isLessThan(before + 2 * MIB);
  }

  @Test
  void aFileTellsWhenItWasLastWrittenOrMarkedAsUsed() throws IOException {
    FileDrive drive = drive(64 * MIB);
    drive.create("segments/one", MIB).close();
    long written = usedMillis(drive);
    drive.markUsed("segments/one", written + 60_000);
    assertThat(usedMillis(drive)).isEqualTo(written + 60_000);
    drive.markUsed("segments/one", written - 60_000);
    assertThat(usedMillis(drive)).isEqualTo(written);
  }

  private static long usedMillis(FileDrive drive) throws IOException {
    return drive.list("segments").get(0).usedMillis();
  }

  @Test
  void aNameIsGivenOnce() throws IOException {
    FileDrive drive = drive(64 * MIB);
    drive.create("roots/body", 10).close();
    assertThatThrownBy(() -> drive.create("roots/body", 10))
        .isInstanceOf(FileAlreadyExistsException.class);
    drive.link("roots/body", "roots/root-1");
    assertThatThrownBy(() -> drive.link("roots/body", "roots/root-1"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> drive.open("roots/root-2")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anAllocationBeyondTheSizeIsRefused() throws IOException {
    FileDrive drive = drive(2 * MIB);
    drive.create("a", MIB).close();
    assertThatThrownBy(() -> drive.create("b", MIB))
        .isInstanceOf(DriveFullException.class)
        .hasMessageContaining("drive scm-0 is full: no room for b");
  }

  @Test
  void readingPastTheEndIsNoFailureOfTheDrive() throws IOException {
    FileDrive drive = drive(64 * MIB);
    try (DriveFile file = drive.create("a", 10)) {
      assertThatThrownBy(() -> file.read(ByteBuffer.allocate(8), 4))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("a ends at byte 10");
    }
  }

  @Test
  void namesStayOnTheDrive() {
    FileDrive drive = drive(64 * MIB);
    for (String name : new String[] {"", "..", "../x", "/etc/passwd", "a/../.."}) {
      assertThatThrownBy(() -> drive.open(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not the name of a file on a drive");
    }
  }

  @Test
  void aDriveThatIsReplacedByAFileIsUnavailable() throws IOException {
    FileDrive drive = drive(64 * MIB);
    drive.create("segments/one", 10).close();
    removeAll(directory.resolve("d"));
    Files.writeString(directory.resolve("d"), "a file");
    assertUnavailable(drive, "is not a directory: mount the drive");
  }

  @Test
  void aDriveThatVanishesIsUnavailable() throws IOException {
    FileDrive drive = drive(64 * MIB);
    removeAll(directory.resolve("d"));
    assertUnavailable(drive, "does not exist: mount the drive");
  }

  @Test
  void anEmptyMountPointIsNotWrittenTo() throws IOException {
    FileDrive drive = drive(64 * MIB);
    removeAll(directory.resolve("d"));
    Files.createDirectory(directory.resolve("d"));
    assertUnavailable(drive, "has no basalt-label.json: mount the drive, or it was emptied");
    try (Stream<Path> files = Files.list(directory.resolve("d"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anOpenFileIsNotForcedOnceItsDriveIsGone() throws IOException {
    FileDrive drive = drive(64 * MIB);
    try (DriveFile file = drive.create("segments/one", 10)) {
      file.write(ByteBuffer.allocate(5), 0);
      file.force();
      Files.move(directory.resolve("d"), directory.resolve("away"));
      // The system goes on taking bytes for it, wherever it is by now.
      file.write(ByteBuffer.allocate(5), 5);
      assertThatThrownBy(file::force)
          .isInstanceOf(DriveUnavailableException.class)
          .hasMessageContaining("its label is gone");
      Files.move(directory.resolve("away"), directory.resolve("d"));
      file.force();
    }
  }

  @Test
  void anotherDirectoryAtTheSamePlaceIsNotWrittenTo() throws IOException {
    FileDrive drive = drive(64 * MIB);
    removeAll(directory.resolve("d"));
    drive(64 * MIB);
    assertThatThrownBy(() -> drive.create("a", 1))
        .isInstanceOf(DriveUnavailableException.class)
        .hasMessageContaining("another directory was mounted at");
  }

  @Test
  void aFileInThePlaceOfAFolderIsAFaultOfTheDriveAndNoNameThatIsTaken() throws IOException {
    FileDrive drive = drive(64 * MIB);
    drive.create("segments/one", 10).close();
    Files.writeString(directory.resolve("d/roots"), "in the way");
    assertThatThrownBy(() -> drive.create("roots/body", 1))
        .isInstanceOf(DriveUnavailableException.class)
        .hasMessageContaining("Not a directory");
    assertThatThrownBy(() -> drive.link("segments/one", "roots/root-1"))
        .isInstanceOf(DriveUnavailableException.class)
        .hasMessageContaining("Not a directory");
  }

  private static void assertUnavailable(FileDrive drive, String why) {
    assertThatThrownBy(() -> drive.create("x", 1))
        .isInstanceOf(DriveUnavailableException.class)
        .hasMessageContaining(why);
    assertThatThrownBy(() -> drive.open("segments/one"))
        .isInstanceOf(DriveUnavailableException.class);
    assertThatThrownBy(() -> drive.list("segments")).isInstanceOf(DriveUnavailableException.class);
    assertThatThrownBy(() -> drive.names("segments")).isInstanceOf(DriveUnavailableException.class);
    assertThatThrownBy(drive::usedBytes).isInstanceOf(DriveUnavailableException.class);
  }

  @Test
  void aDeviceWithoutRoomIsFullAndNotFailed() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("small"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString()),
        "mounting a tmpfs needs root");
    try {
      DriveConfig config = new DriveConfig("scm-0", Tier.SCM, mount.resolve("d"), "a", 64 * MIB);
      FileDrive drive = TestDrives.labelled(config);
      assertThat(drive.usedBytes()).isGreaterThanOrEqualTo(63 * MIB);
      try (DriveFile file = drive.create("a", 1000 << 10)) {
        assertThatThrownBy(() -> file.write(ByteBuffer.allocate(4 << 20), 0))
            .isInstanceOf(DriveFullException.class)
            .hasMessage("drive scm-0 is full: writing a: no space left on device");
      }
      assertThatThrownBy(() -> drive.create("b", 1)).isInstanceOf(DriveFullException.class);
      drive.delete("a");
      assertThat(drive.list("")).isEmpty();
    } finally {
      run("umount", mount.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  static void removeAll(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
