package io.basalt.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class SegmentFaultTest {
  private static final int KIB = 1 << 10;
  private static final SegmentWriter.Options OPTIONS =
      new SegmentWriter.Options(1 << 20, 64 * KIB, 2, Duration.ofSeconds(60));

  private long millis = 1_000_000;
  private final Clock clock =
      ((InstantSource) () -> Instant.ofEpochMilli(millis)).withZone(ZoneOffset.UTC);
  private long offset;

  private SegmentWriter writer(DriveSet drives) {
    return new SegmentWriter(drives, OPTIONS, "1-00", 0, new Random(3), clock);
  }

  private void add(SegmentWriter writer, int bytes) {
    writer.add(
        new Event("/f", new Version(1, offset), 0, 0, Op.PUT, 0, Optional.empty(), List.of()),
        ByteBuffer.allocate(bytes));
    writer.cover(new Range(1, 0, offset, ++offset, 0));
  }

  private static Shard onlyShard(DriveSet drives, Tail tail) throws IOException {
    try (SegmentReader reader = new SegmentReader(drives)) {
      return reader.indexBlocks(tail.location()).get(0).events().get(0).shards().get(0);
    }
  }

  @Test
  void aSmallFlushTouchesOneSegmentAndALargeOneSeveral() {
    SegmentWriter writer = writer(new SimulatedDrives(4, 0, 64 << 20).driveSet());
    for (int round = 0; round < 20; round++) {
      assertThat(writer.hasRoomFor(1000)).isTrue();
      add(writer, 1000);
      add(writer, 2000);
      assertThat(writer.flush().join().tails()).hasSize(1);
    }
    for (int i = 0; i < 16; i++) {
      assertThat(writer.hasRoomFor(32 * KIB)).isTrue();
      add(writer, 32 * KIB);
    }
    assertThat(writer.flush().join().tails()).hasSize(2);
    assertThat(writer.isFlushDue()).isFalse();
    assertThat(writer.flush().join().tails()).isEmpty();
  }

  @Test
  void rangesWithoutEventsAreWrittenToo() throws Exception {
    DriveSet drives = new SimulatedDrives(4, 0, 64 << 20).driveSet();
    SegmentWriter writer = writer(drives);
    assertThat(writer.hasRoomFor(0)).isTrue();
    writer.cover(new Range(1, 5, 10, 12, 1));
    writer.cover(new Range(1, 5, 12, 20, 2));
    Flushed flushed = writer.flush().join();
    assertThat(flushed.ranges()).containsExactly(new Range(1, 5, 10, 20, 2));
    try (SegmentReader reader = new SegmentReader(drives)) {
      assertThat(reader.indexBlocks(flushed.tails().get(0).location()))
          .singleElement()
          .satisfies(block -> assertThat(block.ranges()).isEqualTo(flushed.ranges()));
    }
    writer.cover(new Range(1, 5, 20, 21, 2));
    assertThatThrownBy(() -> writer.cover(new Range(1, 5, 22, 23, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("partition 5: a range from 22 follows one that ended at 21");
  }

  @Test
  void withOneEnclosureTheWriterWaitsAndSaysSo() {
    SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
    simulated.unplug("scm-1");
    simulated.unplug("scm-3");
    SegmentWriter writer = writer(simulated.driveSet());
    assertThat(writer.hasRoomFor(10)).isFalse();
    assertThat(writer.waiting())
        .hasValueSatisfying(
            why -> assertThat(why).startsWith("fewer than two SCM enclosures can be written"));
    assertThat(simulated.drives())
        .allSatisfy(
            drive -> {
              if (Set.of("a").contains(drive.info().enclosure())) {
                assertThat(drive.list("")).isEmpty();
              }
            });
  }

  @Test
  void aFullScmStopsAdmissionSealsWhatIsOpenAndResumesByItself() throws Exception {
    SimulatedDrives simulated = new SimulatedDrives(2, 0, 8 << 20);
    DriveSet drives = simulated.driveSet();
    SegmentWriter writer = writer(drives);
    Set<String> open = new HashSet<>();
    Set<String> sealed = new HashSet<>();
    while (writer.hasRoomFor(64 * KIB) || writer.isFlushDue()) {
      if (writer.hasRoomFor(64 * KIB)) {
        add(writer, 64 * KIB);
      }
      note(writer.flush().join(), open, sealed);
      millis += 300;
    }
    assertThat(writer.waiting())
        .hasValueSatisfying(why -> assertThat(why).startsWith("SCM ").contains(" % full"));
    assertThat(open).isEmpty();
    assertThat(drives.space("scm-0").usedBytes()).isLessThanOrEqualTo((long) (0.95 * (8 << 20)));
    assertThat(writer.hasRoomFor(64 * KIB)).isFalse();

    for (String segment : List.copyOf(sealed).subList(0, 4)) {
      for (Drive drive : simulated.drives()) {
        drive.delete("segments/" + segment);
      }
    }
    millis += 300;
    assertThat(writer.hasRoomFor(64 * KIB)).isTrue();
    assertThat(writer.waiting()).isEmpty();
    add(writer, 64 * KIB);
    assertThat(writer.flush().join().ranges()).hasSize(1);
  }

  private static void note(Flushed flushed, Set<String> open, Set<String> sealed) {
    for (Tail tail : flushed.tails()) {
      String segment = tail.location().segment();
      if (tail.sealed()) {
        open.remove(segment);
        sealed.add(segment);
      } else {
        open.add(segment);
      }
    }
  }

  @Test
  void aDriveThatFailsDuringAFlushEndsTheWriterAndTheNextOnePicksOthers() throws Exception {
    SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
    DriveSet drives = simulated.driveSet();
    SegmentWriter writer = writer(drives);
    assertThat(writer.hasRoomFor(10)).isTrue();
    add(writer, 10);
    String broken = writer.flush().join().tails().get(0).location().mirrors().get(1);
    simulated.unplug(broken);
    int failed = 0;
    for (int i = 0; i < 20 && failed == 0; i++) {
      if (writer.hasRoomFor(10)) {
        add(writer, 10);
        failed += writer.flush().isCompletedExceptionally() ? 1 : 0;
      }
    }
    assertThat(failed).isEqualTo(1);
    assertThat(drives.unavailable()).containsOnlyKeys(broken);
    assertThat(writer.hasRoomFor(10)).isFalse();
    assertThatThrownBy(() -> writer.flush().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(DriveUnavailableException.class)
        .hasMessageContaining("drive " + broken + ": unplugged");
    writer.close();

    SegmentWriter next = new SegmentWriter(drives, OPTIONS, "2-00", 0, new Random(4), clock);
    assertThat(next.hasRoomFor(10)).isTrue();
    offset = 0;
    add(next, 10);
    assertThat(next.flush().join().tails().get(0).location().mirrors()).doesNotContain(broken);
  }

  @Test
  void aFlushThatFindsNoRoomWaitsForIt() throws Exception {
    SimulatedDrives simulated = new SimulatedDrives(2, 0, 64 << 20);
    DriveSet drives = simulated.driveSet();
    SegmentWriter writer = writer(drives);
    assertThat(writer.hasRoomFor(10)).isTrue();
    add(writer, 10);
    simulated.fill("scm-1");
    CompletableFuture<Flushed> flush = writer.flush();
    assertThat(flush).isNotDone();
    assertThat(writer.waiting())
        .hasValueSatisfying(why -> assertThat(why).startsWith("drive scm-1 is full"));
    simulated.makeRoom("scm-1");
    SegmentLocation location = flush.join().tails().get(0).location();
    assertThat(writer.waiting()).isEmpty();
    try (SegmentReader reader = new SegmentReader(drives)) {
      assertThat(reader.indexBlocks(location, location.indexStart(), "scm-0"))
          .hasSize(1)
          .isEqualTo(reader.indexBlocks(location, location.indexStart(), "scm-1"));
    }
  }

  @Test
  void aFlushThatFindsNoRoomForLongEndsTheWriterAndTheNextOnePicksOthers() {
    SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
    DriveSet drives = simulated.driveSet();
    SegmentWriter writer = writer(drives);
    assertThat(writer.hasRoomFor(10)).isTrue();
    add(writer, 10);
    String full = writer.flush().join().tails().get(0).location().mirrors().get(1);
    simulated.fill(full);
    for (int i = 0; i < 20; i++) {
      add(writer, 10);
      if (writer.flush().handle((flushed, error) -> error != null).join()) {
        break;
      }
    }
    assertThatThrownBy(() -> writer.flush().join())
        .hasCauseInstanceOf(DriveFullException.class)
        .hasMessageContaining("drive " + full + " is full");
    assertThat(drives.unavailable()).isEmpty();
    writer.close();

    SegmentWriter next = new SegmentWriter(drives, OPTIONS, "2-00", 0, new Random(4), clock);
    offset = 0;
    for (int i = 0; i < 20; i++) {
      while (!next.hasRoomFor(10)) {
        millis += 300;
      }
      add(next, 10);
      assertThat(next.flush().join().tails().get(0).location().mirrors()).doesNotContain(full);
    }
  }

  @Test
  void closingEndsAFlushThatWaitsForRoom() {
    SimulatedDrives simulated = new SimulatedDrives(2, 0, 64 << 20);
    SegmentWriter writer = writer(simulated.driveSet());
    assertThat(writer.hasRoomFor(10)).isTrue();
    add(writer, 10);
    simulated.fill("scm-1");
    CompletableFuture<Flushed> flush = writer.flush();
    writer.close();
    assertThatThrownBy(flush::join)
        .hasCauseInstanceOf(DriveFullException.class)
        .hasMessageContaining("drive scm-1 is full");
  }

  @Test
  void oldSegmentsAreSealedAndTheNextOnesAreAsSmallAsTheWorkload() {
    SegmentWriter.Options large =
        new SegmentWriter.Options(16 << 20, 64 * KIB, 2, Duration.ofSeconds(60));
    SegmentWriter writer =
        new SegmentWriter(
            new SimulatedDrives(4, 0, 1 << 30).driveSet(), large, "1-00", 0, new Random(3), clock);
    List<Tail> sealed = new ArrayList<>();
    long size = 0;
    for (int second = 0; second < 300; second++) {
      assertThat(writer.hasRoomFor(100)).isTrue();
      add(writer, 100);
      for (Tail tail : writer.flush().join().tails()) {
        size = tail.location().size();
        if (tail.sealed()) {
          sealed.add(tail);
        }
      }
      millis += 1000;
    }
    assertThat(sealed).hasSizeBetween(6, 10);
    assertThat(size).isEqualTo(1 << 20);
    for (int i = 0; i < 5 && !writer.hasRoomFor((int) large.maxPayloadBytes()); i++) {
      writer.flush().join();
    }
    assertThat(writer.hasRoomFor((int) large.maxPayloadBytes())).isTrue();
    add(writer, (int) large.maxPayloadBytes());
    assertThat(writer.flush().join().tails()).isNotEmpty();
  }

  @Test
  void aClockThatJumpsBackStopsNothing() {
    SimulatedDrives simulated = new SimulatedDrives(2, 0, 64 << 20);
    simulated.fill("scm-0");
    SegmentWriter writer = writer(simulated.driveSet());
    assertThat(writer.hasRoomFor(10)).isFalse();
    simulated.makeRoom("scm-0");
    millis -= 3_600_000;
    assertThat(writer.hasRoomFor(10)).isTrue();
  }

  @Test
  void payloadsOfAllSizesGetThroughWithoutAStandstill() {
    SegmentWriter writer = writer(new SimulatedDrives(4, 0, 1 << 30).driveSet());
    Random random = new Random(11);
    int most = (int) OPTIONS.maxPayloadBytes();
    for (int i = 0; i < 80; i++) {
      int bytes = random.nextInt(3) == 0 ? most - random.nextInt(100) : random.nextInt(most);
      for (int tries = 0; !writer.hasRoomFor(bytes); tries++) {
        assertThat(tries).as("record %d of %d bytes", i, bytes).isLessThan(5);
        writer.flush().join();
      }
      add(writer, bytes);
    }
    assertThatThrownBy(() -> writer.hasRoomFor(most + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segments of this size take at most " + most);
  }

  @Test
  void closingDeletesWhatNoFlushHasTouched() throws Exception {
    SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
    SegmentWriter writer = writer(simulated.driveSet());
    assertThat(writer.hasRoomFor(10)).isTrue();
    add(writer, 10);
    String touched = writer.flush().join().tails().get(0).location().segment();
    writer.close();
    writer.close();
    Set<String> left = new HashSet<>();
    for (Drive drive : simulated.drives()) {
      drive.list("segments").forEach(file -> left.add(file.name()));
    }
    assertThat(left).containsExactly("segments/" + touched);
    assertThat(writer.hasRoomFor(10)).isFalse();
  }

  private Tail oneTail(DriveSet drives) {
    SegmentWriter writer = writer(drives);
    assertThat(writer.hasRoomFor(5000)).isTrue();
    add(writer, 5000);
    return writer.flush().join().tails().get(0);
  }

  @Test
  void theOtherMirrorAnswersForADamagedMissingOrUnpluggedOne() throws Exception {
    for (int damage = 0; damage < 3; damage++) {
      for (int mirror = 0; mirror < 2; mirror++) {
        SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
        DriveSet drives = simulated.driveSet();
        Tail tail = oneTail(drives);
        SegmentLocation location = tail.location();
        Shard shard = onlyShard(drives, tail);
        String drive = location.mirrors().get(mirror);
        switch (damage) {
          case 0 -> {
            simulated.flipBit(drive, location.fileName(), shard.position() + 17);
            simulated.flipBit(drive, location.fileName(), location.indexStart() + 5);
          }
          case 1 -> simulated.lose(drive, location.fileName());
          default -> simulated.unplug(drive);
        }
        try (SegmentReader reader = new SegmentReader(drives)) {
          ByteBuffer target = ByteBuffer.allocate(5000);
          target.put(0, (byte) 9);
          reader.read(location, shard.position(), target, shard.crc32c());
          assertThat(target.hasRemaining()).isFalse();
          assertThat(target.array()).isEqualTo(new byte[5000]);
          assertThat(reader.indexBlocks(location)).hasSize(1);
          if (damage == 0) {
            assertThatThrownBy(() -> reader.indexBlocks(location, location.indexStart(), drive))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("drive " + drive + ", file " + location.fileName());
            assertThatThrownBy(
                    () -> reader.check(location, drive, shard.position(), 5000, shard.crc32c()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected CRC32C");
          }
        }
      }
    }
  }

  @Test
  void nothingBeyondTheCommittedEndIsRead() throws Exception {
    DriveSet drives = new SimulatedDrives(4, 0, 64 << 20).driveSet();
    Tail tail = oneTail(drives);
    try (SegmentReader reader = new SegmentReader(drives)) {
      assertThatThrownBy(() -> reader.read(tail.location(), 1, ByteBuffer.allocate(5000), 0))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("the end of the shards at 5000");
    }
  }

  @Test
  void sealingGoesOnWhenAMirrorIsGone() throws Exception {
    SimulatedDrives simulated = new SimulatedDrives(4, 0, 64 << 20);
    DriveSet drives = simulated.driveSet();
    SegmentLocation location = oneTail(drives).location();
    simulated.unplug(location.mirrors().get(0));
    assertThat(SegmentSealer.seal(drives, location)).containsExactly(location.mirrors().get(1));
    assertThat(drives.infos()).extracting(DriveInfo::id).contains(location.mirrors().get(0));
    try (SegmentReader reader = new SegmentReader(drives)) {
      assertThat(reader.walk(location.segment(), location.mirrors().get(1)).sealedDataEnd())
          .hasValue(5000);
    }
  }
}
