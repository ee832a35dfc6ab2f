package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How stripes are written, and what is left when that fails. */
class StripeWriterTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;
  private static final long ONE_BLOCK_COLUMNS = 1;

  private final SimulatedDrives simulated = new SimulatedDrives(0, 7, 64 << 20);
  private final DriveSet drives = simulated.driveSet();
  private final TestStripe stripe = TestStripe.random(0, 4, 2, 5, 1);

  @Test
  void everyByteIsReadOnceAndWrittenOnceFromTheStartOfEachStripToItsEnd() throws Exception {
    List<WatchedDrive> watched = simulated.drives().stream().map(WatchedDrive::new).toList();
    DriveSet set = DriveSet.sequential(SimulatedDrives.STORE, watched, DriveSet.Options.DEFAULTS);
    Map<String, BitSet> read = new HashMap<>();

    new StripeWriter(set, ONE_BLOCK_COLUMNS)
        .write(
            stripe.stripe(),
            stripe.segments(),
            (segment, position, target) -> {
              BitSet bytes = read.computeIfAbsent(segment.segment(), s -> new BitSet());
              int from = (int) position;
              assertThat(bytes.get(from, from + target.remaining()).isEmpty()).isTrue();
              bytes.set(from, from + target.remaining());
              return stripe.read(segment, position, target);
            });

    for (PackedSegment packed : stripe.segments()) {
      long bytes = packed.segment().packedBytes();
      if (bytes > 0) {
        assertThat(read.get(packed.segment().segment()).cardinality()).isEqualTo((int) bytes);
      }
    }
    for (int strip = 0; strip < 6; strip++) {
      long end = 0;
      List<long[]> writes = watched.get(strip).writes(stripe.stripe().fileName(strip));
      for (long[] write : writes) {
        assertThat(write[0]).isEqualTo(end == 0 ? 0 : end);
        end = write[1];
      }
      assertThat(end).isEqualTo(length(strip));
      assertThat(writes).hasSize(1 + 5 + (strip < 4 ? 2 : 3));
    }
    assertReads();
  }

  private long length(int strip) throws IOException {
    String name = stripe.stripe().fileName(strip);
    return drives.call("capacity-" + strip, d -> d.open(name).length());
  }

  /** Two columns of any code, as flink-conf reckons with. */
  @Test
  void columnsOfEveryWidthStayWithinTheirMemory() {
    for (int width = 2; width <= 256; width++) {
      int column = StripeWriter.columnBytes(width, StripeWriter.MEMORY_BYTES);
      assertThat(column).isBetween(BLOCK, 512 << 10);
      assertThat(column % BLOCK).isZero();
      assertThat(2L * column * width).isLessThanOrEqualTo(32 << 20);
    }
    assertThat(StripeWriter.columnBytes(10, StripeWriter.MEMORY_BYTES)).isEqualTo(512 << 10);
    assertThat(StripeWriter.columnBytes(256, 1)).isEqualTo(BLOCK);
  }

  @Test
  void aDriveThatFailsInTheMiddleOfAStripLeavesNothingOnTheOthers() throws Exception {
    for (int read = 1; read < 40; read++) {
      SimulatedDrives failing = new SimulatedDrives(0, 7, 64 << 20);
      DriveSet set = failing.driveSet();
      AtomicInteger reads = new AtomicInteger();
      int last = read;
      StripeWriter writer = new StripeWriter(set, ONE_BLOCK_COLUMNS);
      try {
        writer.write(
            stripe.stripe(),
            stripe.segments(),
            (segment, position, target) -> {
              if (reads.incrementAndGet() == last) {
                failing.unplug("capacity-3");
              }
              return stripe.read(segment, position, target);
            });
        assertThat(reads.get()).isLessThan(last);
        return;
      } catch (DriveUnavailableException failed) {
        assertThat(failed).hasMessageContaining("drive capacity-3: unplugged");
      }
      for (Drive drive : failing.drives()) {
        if (!drive.info().id().equals("capacity-3")) {
          assertThat(drive.list("")).isEmpty();
        }
      }
      failing.plugIn("capacity-3");
      assertThat(failing.drives().get(3).list("stripes"))
          .extracting(StoredFile::name)
          .containsExactly(stripe.stripe().fileName(3));

      // The same writer goes on without that drive, under another id.
      Stripe next = withoutDrive3();
      writer.write(next, stripe.segments(), stripe::read);
      assertReads(set, next);
    }
  }

  private Stripe withoutDrive3() {
    return new Stripe(
        TestStripe.ATTEMPT + "-0-1",
        4,
        2,
        5L * BLOCK,
        IntStream.of(0, 1, 2, 4, 5, 6).mapToObj(i -> "capacity-" + i).toList());
  }

  @Test
  void aFullDriveLeavesNothing() throws Exception {
    simulated.fill("capacity-5");
    assertThatThrownBy(
            () -> new StripeWriter(drives).write(stripe.stripe(), stripe.segments(), stripe::read))
        .isInstanceOf(DriveFullException.class)
        .hasMessageContaining("drive capacity-5");
    for (Drive drive : simulated.drives()) {
      assertThat(drive.list("")).isEmpty();
    }
  }

  @Test
  void aSourceThatFailsLeavesNothing() throws Exception {
    assertThatThrownBy(
            () ->
                new StripeWriter(drives)
                    .write(
                        stripe.stripe(),
                        stripe.segments(),
                        (segment, position, target) ->
                            CompletableFuture.failedFuture(
                                new IOException(segment.segment() + " has no intact mirror"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no intact mirror");
    for (Drive drive : simulated.drives()) {
      assertThat(drive.list("")).isEmpty();
    }
  }

  @Test
  void whatWasStoredWronglyIsFoundWhenItIsReadBack() throws Exception {
    for (int strip : new int[] {0, 3, 4, 5}) {
      long header = 30;
      long block = StripLayout.position(2 * BLOCK + 11);
      long checksums = StripLayout.checksumPosition(stripe.stripe()) + 3;
      long directory = StripLayout.directoryPosition(stripe.stripe(), strip) + 50;
      for (long position : new long[] {header, block, checksums, directory}) {
        List<WatchedDrive> watched =
            new SimulatedDrives(0, 6, 64 << 20).drives().stream().map(WatchedDrive::new).toList();
        watched.get(strip).rot(position);
        DriveSet set =
            DriveSet.sequential(SimulatedDrives.STORE, watched, DriveSet.Options.DEFAULTS);
        assertThatThrownBy(
                () -> new StripeWriter(set).write(stripe.stripe(), stripe.segments(), stripe::read))
            .isInstanceOf(CorruptDataException.class)
            .hasMessageContaining("drive capacity-" + strip)
            .hasMessageContaining(stripe.stripe().fileName(strip));
        for (WatchedDrive drive : watched) {
          assertThat(drive.list("")).isEmpty();
        }
      }
    }
  }

  @Test
  void stripsThatShareADriveAndSegmentsThatOverlapAreRefused() {
    Stripe shared = new Stripe("s", 1, 1, BLOCK, List.of("capacity-0", "capacity-0"));
    assertThatThrownBy(() -> new StripeWriter(drives).write(shared, List.of(), stripe::read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("share a drive");
    Stripe small = TestStripe.stripe(3, 1, 1, 1);
    assertThatThrownBy(
            () ->
                new StripeWriter(drives)
                    .write(small, List.of(packed("a", 0, 100), packed("b", 99, 1)), stripe::read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segment b takes bytes 99 to 100");
    assertThatThrownBy(
            () ->
                new StripeWriter(drives).write(small, List.of(packed("a", 1, BLOCK)), stripe::read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segment a takes bytes 1 to 65537");
  }

  private static PackedSegment packed(String id, long offset, int bytes) {
    return new PackedSegment(
        new SegmentLocation(id, new Mirrors(List.of("scm-0", "scm-1")), 1 << 20, bytes, 1 << 20),
        offset);
  }

  @Test
  void stripesOfOtherGeometriesFollowOneAnother() throws Exception {
    StripeWriter writer = new StripeWriter(drives);
    List<TestStripe> stripes = new ArrayList<>();
    int[][] shapes = {{4, 2, 1}, {1, 1, 3}, {5, 2, 20}, {4, 2, 2}, {3, 4, 1}};
    for (int i = 0; i < shapes.length; i++) {
      TestStripe next = TestStripe.random(10 + i, shapes[i][0], shapes[i][1], shapes[i][2], i);
      writer.write(next.stripe(), next.segments(), next::read);
      stripes.add(next);
    }
    simulated.unplug("capacity-0");
    try (StripeReader reader = new StripeReader(simulated.driveSet())) {
      for (TestStripe each : stripes) {
        byte[] found = new byte[each.data().length];
        reader.read(each.stripe(), 0, ByteBuffer.wrap(found));
        assertThat(found).isEqualTo(each.data());
      }
    }
  }

  @Test
  void theWidestStripesAreWrittenAndReadWithAllTheirParityGone() throws Exception {
    SimulatedDrives many = new SimulatedDrives(0, 150, 1 << 20);
    TestStripe wide = TestStripe.random(0, 146, 4, 1, 12);
    new StripeWriter(many.driveSet()).write(wide.stripe(), wide.segments(), wide::read);
    for (String lost : List.of("capacity-0", "capacity-77", "capacity-145", "capacity-147")) {
      many.unplug(lost);
    }
    byte[] found = new byte[wide.data().length];
    try (StripeReader reader = new StripeReader(many.driveSet())) {
      reader.read(wide.stripe(), 0, ByteBuffer.wrap(found));
      assertThat(reader.reconstructedBytes()).isEqualTo(3 * BLOCK);
    }
    assertThat(found).isEqualTo(wide.data());
  }

  private void assertReads() throws IOException {
    assertReads(drives, stripe.stripe());
  }

  private void assertReads(DriveSet set, Stripe written) throws IOException {
    byte[] found = new byte[stripe.data().length];
    try (StripeReader reader = new StripeReader(set)) {
      reader.read(written, 0, ByteBuffer.wrap(found));
    }
    assertThat(found).isEqualTo(stripe.data());
  }
}
