package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Crc32c;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.FileDrive;
import io.basalt.storage.drive.ForwardingDrive;
import io.basalt.storage.drive.ForwardingFile;
import io.basalt.storage.drive.HangingDrive;
import io.basalt.storage.drive.TestDrives;
import io.basalt.storage.migrate.MirrorSource.BadMirror;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a segment's mirrors may do while a stripe is made from them. */
class MirrorSourceTest {
  private static final SegmentLocation SEGMENT =
      new SegmentLocation(
          "1-00000000000000aa-0-0", List.of("scm-0", "scm-1"), 1 << 20, 100_000, 1 << 20);

  @TempDir Path folder;
  private final List<Drive> drives = new ArrayList<>();
  private final byte[] bytes = new byte[100_000];
  private final Set<BadMirror> bad = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void writeBothMirrors() throws IOException {
    new Random(1).nextBytes(bytes);
    for (int i = 0; i < 2; i++) {
      DriveConfig config =
          new DriveConfig("scm-" + i, Tier.SCM, folder.resolve("scm-" + i), "e" + i, 1L << 30);
      TestDrives.labelled(config);
      Drive drive = FileDrive.open(config);
      try (DriveFile file = drive.create(SEGMENT.fileName(), SEGMENT.size())) {
        file.write(ByteBuffer.wrap(bytes), 0);
      }
      drives.add(drive);
    }
  }

  private MirrorSource source(DriveSet set) {
    SegmentChecks checks = new SegmentChecks(SEGMENT);
    checks.add(new SegmentChecks.Unit(0, bytes.length, Crc32c.of(ByteBuffer.wrap(bytes))));
    return new MirrorSource(set, Map.of(SEGMENT.segment(), checks), bad);
  }

  /** It may write into the target when it answers at last: no other drive must have filled that. */
  @Test
  void aMirrorThatMissesItsDeadlineFailsTheReadAndTheNextReadsDoWithoutIt() throws Exception {
    int first = SEGMENT.segment().hashCode() & 1;
    HangingDrive hanging = new HangingDrive(drives.get(first));
    drives.set(first, hanging);
    DriveSet.Options hurried = new DriveSet.Options(0.05, Duration.ofMillis(300));
    try (DriveSet set = new DriveSet("test", drives, hurried)) {
      ByteBuffer late = ByteBuffer.allocateDirect(bytes.length);
      assertThatThrownBy(() -> DriveSet.await(source(set).read(SEGMENT, 0, late)))
          .isInstanceOf(DriveUnavailableException.class)
          .hasMessageContaining("did not answer within 300 ms");
      assertThat(late).isEqualTo(ByteBuffer.allocate(bytes.length));

      ByteBuffer target = ByteBuffer.allocateDirect(bytes.length);
      MirrorSource source = source(set);
      DriveSet.await(source.read(SEGMENT, 0, target));
      assertThat(target).isEqualTo(ByteBuffer.wrap(bytes));
      assertThat(source.readBytes()).isEqualTo(bytes.length);
    } finally {
      hanging.goOn();
    }
  }

  /** The drive is back before the stripe is made again, and the sector as bad as before. */
  @Test
  void aSectorThatCannotBeReadIsAnsweredByTheOtherMirrorAndNotAskedForAgain() throws Exception {
    int first = SEGMENT.segment().hashCode() & 1;
    drives.set(first, new BadSectorDrive(drives.get(first)));
    for (int round = 0; round < 2; round++) {
      try (DriveSet set = new DriveSet("test", drives, DriveSet.Options.DEFAULTS)) {
        ByteBuffer target = ByteBuffer.allocateDirect(bytes.length);
        DriveSet.await(source(set).read(SEGMENT, 0, target));
        assertThat(target).isEqualTo(ByteBuffer.wrap(bytes));
        assertThat(set.isUnavailable("scm-" + first)).isEqualTo(round == 0);
      }
    }
    assertThat(bad).containsExactly(new BadMirror(SEGMENT.segment(), "scm-" + first));
  }

  /** Gives some bytes of a file, then none. */
  private static final class BadSectorDrive extends ForwardingDrive {
    private BadSectorDrive(Drive drive) {
      super(drive);
    }

    @Override
    public DriveFile open(String name) throws IOException {
      return new ForwardingFile(super.open(name)) {
        @Override
        public void read(ByteBuffer target, long position) throws IOException {
          file.read(target.duplicate().limit(target.position() + 512), position);
          throw new DriveUnavailableException(
              info().id(), "reading " + name + " failed: Input/output error", null);
        }
      };
    }
  }

  @Test
  void aSegmentWhoseDrivesDoNotAnswerSaysSo() throws Exception {
    try (DriveSet set = new DriveSet("test", List.of(), DriveSet.Options.DEFAULTS)) {
      assertThatThrownBy(
              () -> DriveSet.await(source(set).read(SEGMENT, 0, ByteBuffer.allocate(10))))
          .isInstanceOf(UnmovableSegmentException.class)
          .hasMessage(
              "segment 1-00000000000000aa-0-0 stays on [scm-0, scm-1], it cannot be read and checked:"
                  + " none of these drives answers");
    }
  }
}
