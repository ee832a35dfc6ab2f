package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.Geometry;
import io.basalt.erasure.StripBuffers;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.HangingDrive;
import io.basalt.storage.root.Stripe;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges of stripes on real files, whole, with strips lost and with damage. */
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
        moveAway(files, lost);
        assertReads(files, stripe, 0, stripe.data().length);
        moveBack(files, lost);
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
      moveAway(files, lost);
      for (int strip = 0; strip < 4; strip++) {
        if ((lost & 1 << strip) == 0) {
          assertReads(files, stripe, strip * stripBytes, stripBytes);
        } else {
          assertUnreadable(files, stripe, strip * stripBytes, lost);
        }
      }
      moveBack(files, lost);
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
      moveAway(files, lost);
      try (DriveSet set = files.open();
          StripeReader reader = new StripeReader(set)) {
        for (int from : boundaries) {
          for (int to : boundaries) {
            if (from <= to) {
              assertReads(reader, stripe, from, to - from);
              assertReadsUnchecked(reader, stripe, from, to - from);
            }
          }
        }
        assertThat(reader.reconstructedBytes() > 0).isEqualTo((lost & 0b111) != 0);
      }
      moveBack(files, lost);
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
      moveAway(files, lost);
      try (DriveSet set = files.open();
          StripeReader reader = new StripeReader(set)) {
        for (int i = 0; i < 40; i++) {
          int from = random.nextInt(stripe.data().length);
          int length = random.nextInt(stripe.data().length - from + 1);
          assertReads(reader, stripe, from, length);
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

  /** What is done to one strip's file; every byte must still be right, and the damage counted. */
  enum Damage {
    HEADER_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, 40);
      }
    },
    HEADER_PADDING_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, 4095);
      }
    },
    FIRST_BLOCK_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, StripLayout.position(7));
      }
    },
    LAST_BYTE_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        long last = stripe.stripe().stripBytes() - 1;
        files.flipBit(stripe.stripe(), strip, StripLayout.position(last));
      }
    },
    CHECKSUMS_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, StripLayout.checksumPosition(stripe.stripe()) + 1);
      }
    },
    TRUNCATED_IN_DIRECTORY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        long length = Files.size(files.file(stripe.stripe(), strip));
        files.truncate(stripe.stripe(), strip, length - 1);
      }
    },
    TRUNCATED_IN_BLOCKS {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.truncate(stripe.stripe(), strip, StripLayout.position(BLOCK + 5));
      }
    },
    EMPTY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.truncate(stripe.stripe(), strip, 0);
      }
    },
    OF_ANOTHER_STRIPE {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        TestStripe other = TestStripe.random(99, 4, 2, 3, 99);
        if (!Files.exists(files.file(other.stripe(), strip))) {
          files.write(other);
        }
        StripeDrives.swap(files.file(stripe.stripe(), strip), files.file(other.stripe(), strip));
      }
    },
    OF_ANOTHER_GEOMETRY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        TestStripe other = TestStripe.random(98, 5, 1, 3, 98);
        if (!Files.exists(files.file(other.stripe(), strip))) {
          files.write(other);
        }
        StripeDrives.swap(files.file(stripe.stripe(), strip), files.file(other.stripe(), strip));
      }
    };

    abstract void on(StripeDrives files, TestStripe stripe, int strip) throws IOException;
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource
  void damageOfUpToMStripsIsAnsweredByTheOthersAndCounted(Damage damage) throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 3, 5);
    files.write(stripe);
    damage.on(files, stripe, 1);
    assertReadsAndCounts(files, stripe, "capacity-1");
    damage.on(files, stripe, 4);
    assertReadsAndCounts(files, stripe, "capacity-1", "capacity-4");
  }

  private static void assertReadsAndCounts(StripeDrives files, TestStripe stripe, String... drives)
      throws IOException {
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertReads(reader, stripe, 0, stripe.data().length);
      assertThat(set.mismatches().keySet()).isSubsetOf(Arrays.asList(drives));
      assertThat(set.mismatches()).containsKey(drives[0]);
      assertThat(set.reconstructed()).containsOnlyKeys("capacity-1");
      assertThat(reader.reconstructedBytes()).isEqualTo(set.reconstructed().get("capacity-1"));
    }
  }

  @Test
  void oneWrongBlockCostsOneBlock() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 8, 5);
    files.write(stripe);
    files.flipBit(stripe.stripe(), 2, StripLayout.position(3 * BLOCK + 9));
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertReads(reader, stripe, 0, stripe.data().length);
      assertThat(reader.reconstructedBytes()).isEqualTo(BLOCK);
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
  void parityThatDoesNotBelongToTheDataIsNeverServed() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe one = TestStripe.random(0, 4, 2, 2, 5);
    files.write(one);
    rewriteParityOf(files, one, 4);
    files.unplug(1);
    files.unplug(5);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThatThrownBy(
              () -> reader.read(one.stripe(), 2L * BLOCK, ByteBuffer.allocate(2 * BLOCK)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("do not belong together")
          .hasMessageContaining(one.stripe().id());
    }
  }

  /** Makes a parity strip that is intact in itself and wrong. */
  private static void rewriteParityOf(StripeDrives files, TestStripe stripe, int parity)
      throws IOException {
    Path file = files.file(stripe.stripe(), parity);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    bytes.put((int) StripLayout.position(100), (byte) (bytes.get(4196) ^ 1));
    BlockChecksums checksums = new BlockChecksums(StripLayout.blocks(stripe.stripe()));
    checksums.compute(0, bytes.slice(StripLayout.HEADER_BYTES, 2 * BLOCK));
    checksums.encode(bytes.position((int) StripLayout.checksumPosition(stripe.stripe())));
    Files.write(file, bytes.array());
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
      assertReads(reader, stripe, 0, stripe.data().length);
    }
  }

  /** Reads without checks, which may fail or be wrong while drives go, and then with them. */
  private static void assertReadsAtLast(
      StripeReader reader, TestStripe stripe, int from, int length) {
    ByteBuffer unchecked = ByteBuffer.allocateDirect(length);
    boolean right =
        reader
            .startUnchecked(stripe.stripe(), from, unchecked)
            .handle((done, failure) -> failure == null && isData(unchecked, stripe, from))
            .join();
    if (!right) {
      ByteBuffer checked = ByteBuffer.allocate(length);
      try {
        reader.read(stripe.stripe(), from, checked);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      assertThat(isData(checked.flip(), stripe, from)).isTrue();
    }
  }

  /**
   * Strips of several columns, the last one short; narrow and wider than any memory is meant for.
   */
  @ParameterizedTest
  @CsvSource({"4, 2, 50, 9", "100, 3, 2, 2", "146, 4, 2, 8"})
  void columnsHaveAllDataStripsWhateverIsLost(int k, int m, int blocks, int columns)
      throws Exception {
    StripeDrives files = new StripeDrives(folder, k + m);
    TestStripe stripe = TestStripe.random(0, k, m, blocks, 5);
    files.write(stripe);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThat(reader.isDegraded(stripe.stripe())).isFalse();
    }
    files.unplug(1);
    files.unplug(3);
    if (m > 2) {
      files.unplug(k);
    }
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThat(reader.isDegraded(stripe.stripe())).isTrue();
      assertColumns(reader, stripe, columns);
      assertThat(reader.reconstructedBytes()).isEqualTo(2L * blocks * BLOCK);
      assertThat(set.reconstructed())
          .containsOnly(
              entry("capacity-1", (long) blocks * BLOCK),
              entry("capacity-3", (long) blocks * BLOCK));
    }
  }

  /** All columns, two at a time. */
  private static void assertColumns(StripeReader reader, TestStripe stripe, int expected)
      throws IOException {
    int bytes = StripeReader.columnShape(stripe.stripe()).bytes();
    int strip = (int) stripe.stripe().stripBytes();
    int count = (strip + bytes - 1) / bytes;
    assertThat(count).isEqualTo(expected);
    try (StripeColumns columns = reader.columns(stripe.stripe())) {
      for (int number = 0; number < count; number += 2) {
        List<CompletableFuture<StripeColumn>> two = new ArrayList<>();
        List<Queue<Integer>> arrived = new ArrayList<>();
        for (int i = number; i < Math.min(count, number + 2); i++) {
          int from = i * bytes;
          Queue<Integer> intact = new ConcurrentLinkedQueue<>();
          arrived.add(intact);
          two.add(
              columns.start(
                  i,
                  (data, found) -> {
                    if (isData(found, stripe, data * strip + from)) {
                      intact.add(data);
                    }
                  }));
        }
        for (int i = 0; i < two.size(); i++) {
          int from = (number + i) * bytes;
          StripeColumn column = two.get(i).join();
          assertThat(arrived.get(i)).hasSize(stripe.stripe().dataStrips()).doesNotHaveDuplicates();
          for (int data = 0; data < stripe.stripe().dataStrips(); data++) {
            ByteBuffer found = column.slice(data, 0, Math.min(bytes, strip - from));
            assertThat(isData(found, stripe, data * strip + from)).isTrue();
          }
          column.release();
        }
      }
    }
  }

  /** A file that goes in between fails one column, and the next does without it. */
  @Test
  void aStripThatTurnsOutLostIsRememberedForTheNextColumn() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 14, 5);
    files.write(stripe);
    files.unplug(1);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set);
        StripeColumns columns = reader.columns(stripe.stripe())) {
      files.truncate(stripe.stripe(), 2, StripLayout.position(3 * BLOCK));
      assertThatThrownBy(() -> columns.start(0, UNSEEN).join())
          .hasRootCauseInstanceOf(EOFException.class);
      StripeColumn column = columns.start(0, UNSEEN).join();
      int strip = 14 * BLOCK;
      for (int data = 0; data < 4; data++) {
        assertThat(isData(column.slice(data, 0, BLOCK), stripe, data * strip)).isTrue();
      }
      assertThat(set.reconstructed()).containsOnlyKeys("capacity-1", "capacity-2");
    }
  }

  @Test
  void aColumnWithTooManyLostSaysSoEachTime() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 2, 5);
    files.write(stripe);
    files.unplug(1);
    files.unplug(3);
    files.unplug(4);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set);
        StripeColumns columns = reader.columns(stripe.stripe())) {
      for (int tries = 0; tries < 2; tries++) {
        assertThatThrownBy(() -> columns.start(0, UNSEEN).join())
            .hasMessageContaining("3 of its 4+2 strips are lost");
      }
    }
  }

  private static final StripeColumns.Arrivals UNSEEN = (strip, bytes) -> {};

  private static boolean isData(ByteBuffer found, TestStripe stripe, int from) {
    return found.equals(ByteBuffer.wrap(stripe.data(), from, found.remaining()));
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
      assertReads(reader, stripe, 0, stripe.data().length);
      assertThat(set.unavailable()).containsOnlyKeys("capacity-1");
      hanging.goOn();
      assertReads(reader, stripe, 0, stripe.data().length);
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
      assertReads(reader, stripe, from, length);
    }
  }

  private static void assertReads(StripeReader reader, TestStripe stripe, int from, int length)
      throws IOException {
    byte[] found = new byte[length];
    reader.read(stripe.stripe(), from, ByteBuffer.wrap(found));
    assertThat(Arrays.mismatch(found, 0, length, stripe.data(), from, from + length))
        .as("first difference in bytes %d to %d", from, from + length)
        .isEqualTo(-1);
  }

  private static void assertReadsUnchecked(
      StripeReader reader, TestStripe stripe, int from, int length) {
    ByteBuffer found = ByteBuffer.allocateDirect(length);
    reader.startUnchecked(stripe.stripe(), from, found).join();
    assertThat(isData(found, stripe, from)).isTrue();
  }

  private static void moveAway(StripeDrives files, int drives) throws IOException {
    for (int drive = 0; drive < Integer.SIZE; drive++) {
      if ((drives & 1 << drive) != 0) {
        files.unplug(drive);
      }
    }
  }

  private static void moveBack(StripeDrives files, int drives) throws IOException {
    for (int drive = 0; drive < Integer.SIZE; drive++) {
      if ((drives & 1 << drive) != 0) {
        files.plugIn(drive);
      }
    }
  }
}
