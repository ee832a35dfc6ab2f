package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.Geometry;
import io.basalt.erasure.StripBuffers;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.HangingDrive;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges of stripes on real files, whole and with strips lost. */
class StripeReaderTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"4, 2", "6, 3"})
  void everyPatternOfLossesReadsTheSameBytes(int k, int m) throws Exception {
    StripeDrives files = new StripeDrives(folder, k + m);
    TestStripe stripe = TestStripe.random(0, k, m, 2, k);
    files.write(stripe);
    int patterns = 0;
    for (int lost = 0; lost < 1 << (k + m); lost++) {
      if (Integer.bitCount(lost) <= m) {
        files.unplugAll(lost);
        assertReads(files, stripe, 0, stripe.data().length);
        files.plugInAll(lost);
        patterns++;
      }
    }
    assertThat(patterns).isEqualTo(k == 4 ? 22 : 130);
  }

  @Test
  void withMoreLostTheErrorNamesStripeAndDrivesAndTheRestStaysReadable() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 2, 3);
    files.write(stripe);
    int stripBytes = 2 * BLOCK;
    for (int lost = 0; lost < 1 << 6; lost++) {
      if (Integer.bitCount(lost) != 3) {
        continue;
      }
      files.unplugAll(lost);
      for (int strip = 0; strip < 4; strip++) {
        if ((lost & 1 << strip) == 0) {
          assertReads(files, stripe, strip * stripBytes, stripBytes);
        } else {
          assertUnreadable(files, stripe, strip * stripBytes, lost);
        }
      }
      files.plugInAll(lost);
    }
  }

  private static void assertUnreadable(
      StripeDrives files, TestStripe stripe, int offset, int lost) {
    List<String> drives =
        IntStream.range(0, 6)
            .filter(i -> (lost & 1 << i) != 0)
            .mapToObj(i -> "capacity-" + i)
            .toList();
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThatThrownBy(() -> reader.read(stripe.stripe(), offset, ByteBuffer.allocate(10)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("stripe " + stripe.stripe().id() + " is unreadable")
          .hasMessageContaining("3 of its 4+2 strips are lost")
          .satisfies(e -> assertThat(drives).allMatch(drive -> e.getMessage().contains(drive)));
    }
  }

  @Test
  void everyRangeAroundEveryBoundaryIsRight() throws Exception {
    StripeDrives files = new StripeDrives(folder, 5);
    TestStripe stripe = TestStripe.random(0, 3, 2, 2, 11);
    files.write(stripe);
    List<Integer> boundaries = boundaries(stripe);
    for (int lost : new int[] {0, 0b00001, 0b00110, 0b11000}) {
      files.unplugAll(lost);
      try (DriveSet set = files.open();
          StripeReader reader = new StripeReader(set)) {
        for (int from : boundaries) {
          for (int to : boundaries) {
            if (from <= to) {
              stripe.assertReads(reader, from, to - from);
              assertReadsUnchecked(reader, stripe, from, to - from);
            }
          }
        }
        assertThat(reader.reconstructedBytes() > 0).isEqualTo((lost & 0b111) != 0);
      }
      files.plugInAll(lost);
    }
  }

  private static List<Integer> boundaries(TestStripe stripe) {
    List<Integer> edges = new ArrayList<>();
    for (int block = 0; block <= stripe.data().length / BLOCK; block++) {
      edges.add(block * BLOCK);
    }
    stripe.segments().forEach(segment -> edges.add((int) segment.end()));
    return edges.stream()
        .flatMap(edge -> IntStream.of(edge - 1, edge, edge + 1).boxed())
        .filter(edge -> edge >= 0 && edge <= stripe.data().length)
        .distinct()
        .sorted()
        .toList();
  }

  @Test
  void randomRangesOfRandomStripesAreRight() throws Exception {
    long seed = 20;
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      int k = 1 + random.nextInt(7);
      int m = 1 + random.nextInt(3);
      StripeDrives files = new StripeDrives(folder.resolve("round-" + round), k + m);
      TestStripe stripe = TestStripe.random(round, k, m, 1 + random.nextInt(20), random.nextLong());
      files.write(stripe);
      int lost = 0;
      for (int i = 0; i < m; i++) {
        lost |= 1 << random.nextInt(k + m);
      }
      files.unplugAll(lost);
      try (DriveSet set = files.open();
          StripeReader reader = new StripeReader(set)) {
        for (int i = 0; i < 40; i++) {
          int from = random.nextInt(stripe.data().length);
          int length = random.nextInt(stripe.data().length - from + 1);
          stripe.assertReads(reader, from, length);
          assertReadsUnchecked(reader, stripe, from, length);
        }
      }
    }
  }

  @Test
  void aRangeOutsideOfTheStripeIsRefused() throws Exception {
    StripeDrives files = new StripeDrives(folder, 2);
    TestStripe stripe = TestStripe.random(0, 1, 1, 1, 3);
    files.write(stripe);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThatThrownBy(() -> reader.read(stripe.stripe(), 1, ByteBuffer.allocate(BLOCK)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("bytes 1 to 65537");
      assertThatThrownBy(() -> reader.read(stripe.stripe(), -1, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("bytes -1 to 0");
    }
  }

  @Test
  void aRangeTouchesOnlyItsStrips() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 2, 5);
    files.write(stripe);
    for (int drive : new int[] {0, 2, 3, 4, 5}) {
      files.unplug(drive);
    }
    assertReads(files, stripe, 2 * BLOCK, 2 * BLOCK);
  }

  @Test
  void manyReadersAtOnceSeeTheSameBytesWhileDrivesGo() throws Exception {
    StripeDrives files = new StripeDrives(folder, 9);
    TestStripe stripe = TestStripe.random(0, 6, 3, 6, 8);
    files.write(stripe);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Random random = new Random(i);
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int round = 0; round < 30; round++) {
                    int from = random.nextInt(stripe.data().length);
                    int length = random.nextInt(Math.min(500_000, stripe.data().length - from));
                    assertReadsAtLast(reader, stripe, from, length);
                  }
                }));
      }
      files.unplug(2);
      Files.delete(files.file(stripe.stripe(), 4));
      files.flipBit(stripe.stripe(), 0, StripLayout.position(3L * BLOCK));
      CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new)).get();
      stripe.assertReads(reader, 0, stripe.data().length);
    }
  }

  /** Reads without checks, which may fail or be wrong while drives go, and then with them. */
  private static void assertReadsAtLast(
      StripeReader reader, TestStripe stripe, int from, int length) {
    ByteBuffer unchecked = ByteBuffer.allocateDirect(length);
    boolean right =
        reader
            .startUnchecked(stripe.stripe(), from, unchecked)
            .handle((done, failure) -> failure == null && stripe.isAt(from, unchecked))
            .join();
    if (!right) {
      ByteBuffer checked = ByteBuffer.allocate(length);
      try {
        reader.read(stripe.stripe(), from, checked);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      assertThat(stripe.isAt(from, checked.flip())).isTrue();
    }
  }

  @Test
  void aDriveThatHangsIsLeftOutAndWhatItWritesLateHarmsNothing() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 4, 8);
    files.write(stripe);
    HangingDrive hanging = new HangingDrive(files.drive(1));
    List<Drive> all = new ArrayList<>(List.of(hanging));
    for (int i : new int[] {0, 2, 3, 4, 5}) {
      all.add(files.drive(i));
    }
    DriveSet.Options hurried = new DriveSet.Options(0.05, Duration.ofMillis(300));
    try (DriveSet set = new DriveSet("test", all, hurried);
        StripeReader reader = new StripeReader(set)) {
      stripe.assertReads(reader, 0, stripe.data().length);
      assertThat(set.unavailable()).containsOnlyKeys("capacity-1");
      hanging.goOn();
      stripe.assertReads(reader, 0, stripe.data().length);
    } finally {
      hanging.goOn();
    }
  }

  @Test
  void theFilesAreJerasuresStripes() throws Exception {
    StripeDrives files = new StripeDrives(folder, 7);
    TestStripe stripe = TestStripe.random(0, 4, 3, 2, 17);
    files.write(stripe);
    ByteBuffer[] strips = new ByteBuffer[7];
    for (int strip = 0; strip < 7; strip++) {
      byte[] file = Files.readAllBytes(files.file(stripe.stripe(), strip));
      strips[strip] = ByteBuffer.allocateDirect(2 * BLOCK).put(file, 4096, 2 * BLOCK).clear();
      if (strip < 4) {
        assertThat(Arrays.copyOfRange(file, 4096, 4096 + 2 * BLOCK))
            .isEqualTo(
                Arrays.copyOfRange(stripe.data(), strip * 2 * BLOCK, (strip + 1) * 2 * BLOCK));
      }
    }
    ByteBuffer[] again = Arrays.copyOf(strips, 7);
    for (int strip = 4; strip < 7; strip++) {
      again[strip] = ByteBuffer.allocateDirect(2 * BLOCK);
    }
    try (ErasureCode code =
        ErasureCode.open(new Geometry(4, 3), io.basalt.erasure.KernelChoice.JAVA)) {
      code.encode(StripBuffers.of(again), 0, 2 * BLOCK);
    }
    for (int strip = 4; strip < 7; strip++) {
      assertThat(strips[strip]).isEqualTo(again[strip]);
    }
  }

  private static void assertReads(StripeDrives files, TestStripe stripe, int from, int length)
      throws IOException {
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      stripe.assertReads(reader, from, length);
    }
  }

  private static void assertReadsUnchecked(
      StripeReader reader, TestStripe stripe, int from, int length) {
    ByteBuffer found = ByteBuffer.allocateDirect(length);
    reader.startUnchecked(stripe.stripe(), from, found).join();
    assertThat(stripe.isAt(from, found)).isTrue();
  }
}
