package io.basalt.storage.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.root.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirroredFilesTest {
  private static final ByteBuffer BYTES = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});

  private final SimulatedDrives simulated = new SimulatedDrives(4, 2, 1 << 20);
  private final DriveSet drives = simulated.driveSet();
  private final MirroredFiles files = new MirroredFiles(drives);

  private FileRef written() throws IOException {
    return files.write(List.of("scm-0", "scm-1"), "runs/r", BYTES);
  }

  @Test
  void whatIsWrittenSurvivesACrash() throws IOException {
    FileRef ref = written();
    MirroredFiles after = new MirroredFiles(simulated.afterCrash(1).driveSet());
    assertThat(after.read(ref.on(List.of("scm-0")))).isEqualTo(BYTES);
    assertThat(after.read(ref.on(List.of("scm-1")))).isEqualTo(BYTES);
    assertThat(ref.length()).isEqualTo(5);
  }

  @Test
  void aDamagedCopyIsCountedAndTheOtherIsServed() throws IOException {
    FileRef ref = written();
    simulated.flipBit("scm-0", "runs/r", 3);
    assertThat(files.read(ref)).isEqualTo(BYTES);
    assertThat(drives.mismatches()).containsExactly(java.util.Map.entry("scm-0", 1L));
  }

  @Test
  void aMissingCopyOrDriveIsNoHindrance() throws IOException {
    FileRef ref = written();
    simulated.lose("scm-0", "runs/r");
    assertThat(files.read(ref)).isEqualTo(BYTES);
    simulated.unplug("scm-0");
    assertThat(files.read(ref)).isEqualTo(BYTES);
    assertThat(drives.unavailable()).containsOnlyKeys("scm-0");
  }

  @Test
  void withBothCopiesBadTheFirstErrorIsThrownWithTheOther() throws IOException {
    FileRef ref = written();
    simulated.flipBit("scm-0", "runs/r", 0);
    simulated.unplug("scm-1");
    assertThatThrownBy(() -> files.read(ref))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("drive scm-0, file runs/r, byte 0: expected CRC32C")
        .satisfies(
            error ->
                assertThat(error.getSuppressed())
                    .singleElement()
                    .isInstanceOf(DriveUnavailableException.class));
  }

  @Test
  void copiesGoToScmOfDifferentEnclosuresFirst() {
    List<String> picked = files.pickDrives(3, 0);
    assertThat(picked).hasSize(3);
    assertThat(picked.subList(0, 2)).allMatch(id -> id.startsWith("scm-"));
    assertThat(picked.get(2)).startsWith("capacity-");
    simulated.fill("scm-0");
    simulated.unplug("scm-1");
    simulated.unplug("scm-3");
    assertThat(files.pickDrives(2, 0).get(1)).startsWith("capacity-");
  }
}
