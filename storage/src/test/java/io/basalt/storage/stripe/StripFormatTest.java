package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.Geometry;
import io.basalt.erasure.KernelChoice;
import io.basalt.erasure.StripBuffers;
import io.basalt.storage.Golden;
import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * The bytes of strip files. A golden file holds all of a strip's file but the strip itself, which
 * follows from a formula.
 */
class StripFormatTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;
  private static final int[] GOLDEN_STRIPS = {0, 3};

  private static final Stripe STRIPE =
      new Stripe(
          "7-00000000000000aa-0-0",
          2,
          2,
          2L * BLOCK,
          List.of("capacity-0", "capacity-1", "capacity-2", "capacity-3"));

  private static final List<PackedSegment> SEGMENTS =
      List.of(
          new PackedSegment(segment("7-00000000000000aa-1-4", 100_000, 77), 0),
          new PackedSegment(segment("7-00000000000000aa-1-5", 150_000, 300), 100_077));

  private static SegmentLocation segment(String id, long dataEnd, int index) {
    long size = 16L << 20;
    return new SegmentLocation(id, List.of("scm-0", "scm-1"), size, dataEnd, size - index);
  }

  /** A byte of the stripe's data. */
  private static byte formula(long at) {
    return at < SEGMENTS.get(1).end() ? (byte) (7 * at + at / 251) : 0;
  }

  private static CompletableFuture<Void> read(
      SegmentLocation segment, long position, ByteBuffer target) {
    long offset = segment.equals(SEGMENTS.get(0).segment()) ? 0 : SEGMENTS.get(1).offset();
    for (int i = 0; i < target.remaining(); i++) {
      target.put(i, formula(offset + position + i));
    }
    return CompletableFuture.completedFuture(null);
  }

  @Test
  void version1IsWritten() throws Exception {
    DriveSet drives = new SimulatedDrives(0, 4, 64 << 20).driveSet();
    new StripeWriter(drives).write(STRIPE, SEGMENTS, StripFormatTest::read);
    for (int strip : GOLDEN_STRIPS) {
      ByteBuffer file = file(drives, strip);
      ByteBuffer around = ByteBuffer.allocate(file.limit() - 2 * BLOCK);
      around.put(file.slice(0, 4096)).put(file.slice(4096 + 2 * BLOCK, around.remaining()));
      Golden.assertWritten("strip-%d-v1".formatted(strip), around.array());
    }
  }

  @Test
  void version1IsRead() throws Exception {
    DriveSet drives = new SimulatedDrives(0, 4, 64 << 20).driveSet();
    ByteBuffer[] strips = strips();
    for (int strip : GOLDEN_STRIPS) {
      byte[] around = Golden.bytes("strip-%d-v1".formatted(strip));
      ByteBuffer file = ByteBuffer.allocate(around.length + 2 * BLOCK);
      file.put(around, 0, 4096).put(strips[strip].slice()).put(around, 4096, around.length - 4096);
      create(drives, strip, file.flip());
    }
    ByteBuffer found = ByteBuffer.allocate(4 * BLOCK);
    try (StripeReader reader = new StripeReader(drives)) {
      reader.read(STRIPE, 0, found);
      assertThat(reader.reconstructedBytes()).isEqualTo(2 * BLOCK);
    }
    for (int i = 0; i < 4 * BLOCK; i++) {
      assertThat(found.get(i)).isEqualTo(formula(i));
    }
    ByteBuffer end = file(drives, 3);
    end.position((int) StripLayout.directoryPosition(STRIPE, 3));
    StripDirectory directory = StripDirectory.decode(end, "d", "f");
    assertThat(directory).isEqualTo(StripDirectory.of(STRIPE, SEGMENTS));
    assertThat(directory.drives()).isEqualTo(STRIPE.drives());
  }

  /** All strips, by the formula and an encoder of its own. */
  private static ByteBuffer[] strips() {
    ByteBuffer[] strips = new ByteBuffer[4];
    for (int strip = 0; strip < 4; strip++) {
      strips[strip] = ByteBuffer.allocateDirect(2 * BLOCK);
      for (int i = 0; strip < 2 && i < 2 * BLOCK; i++) {
        strips[strip].put(i, formula(strip * 2L * BLOCK + i));
      }
    }
    try (ErasureCode code = ErasureCode.open(new Geometry(2, 2), KernelChoice.JAVA)) {
      code.encode(StripBuffers.of(strips), 0, 2 * BLOCK);
    }
    return strips;
  }

  @Test
  void aNewerVersionIsRefused() throws Exception {
    DriveSet drives = new SimulatedDrives(0, 4, 64 << 20).driveSet();
    ByteBuffer header = ByteBuffer.wrap(Golden.bytes("strip-0-v1"), 0, 4096).slice();
    header.putInt(8, 2);
    int length = 20 + header.getInt(12);
    CRC32C crc = new CRC32C();
    crc.update(header.slice(8, 8));
    crc.update(header.slice(20, length - 20));
    header.putInt(16, (int) crc.getValue());
    create(drives, 0, header);
    try (StripeReader reader = new StripeReader(drives)) {
      assertThatThrownBy(() -> reader.read(STRIPE, 0, ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              new UnsupportedFormatException("capacity-0: " + STRIPE.fileName(0), 1, 2)
                  .getMessage());
    }
  }

  private static void create(DriveSet drives, int strip, ByteBuffer bytes) throws IOException {
    drives.call(
        STRIPE.drives().get(strip),
        drive -> {
          try (DriveFile file = drive.create(STRIPE.fileName(strip), bytes.remaining())) {
            file.write(bytes, 0);
          }
          return null;
        });
  }

  private static ByteBuffer file(DriveSet drives, int strip) throws IOException {
    return drives.call(
        STRIPE.drives().get(strip),
        drive -> {
          try (DriveFile file = drive.open(STRIPE.fileName(strip))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.length());
            file.read(bytes, 0);
            return bytes.flip();
          }
        });
  }
}
