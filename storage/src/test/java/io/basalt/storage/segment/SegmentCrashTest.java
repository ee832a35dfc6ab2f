package io.basalt.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stops a writer, and the sealing of what it left, at every operation on its drives. */
class SegmentCrashTest {
  private static final int SHARD = 16 << 10;
  private static final SegmentWriter.Options OPTIONS =
      new SegmentWriter.Options(256 << 10, SHARD, 2, Duration.ofSeconds(60));
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1000), ZoneOffset.UTC);

  /** What a root would name: ends of flushes that were completed. */
  private static final class Committed {
    private final Map<String, Tail> tails = new LinkedHashMap<>();
    private final Map<Long, byte[]> payloads = new HashMap<>();
    private long next;
  }

  @Test
  void whatAFlushHasReportedIsThereAfterAStopAtAnyOperation() throws Exception {
    SimulatedDrives whole = new SimulatedDrives(4, 0, 64 << 20);
    Committed all = new Committed();
    write(whole, all);
    assertThat(all.tails.values()).anyMatch(Tail::sealed);
    assertThat(all.next).isEqualTo(36);

    for (long stop = 1; stop <= whole.operations(); stop++) {
      SimulatedDrives drives = new SimulatedDrives(4, 0, 64 << 20);
      drives.stopAt(stop);
      Committed committed = new Committed();
      writeUntilCrash(drives, committed);
      for (int outcome = 0; outcome < 2; outcome++) {
        SimulatedDrives after = drives.afterCrash(31 * stop + outcome);
        check(after, committed);
        sealWithStops(after, committed, stop + outcome);
      }
    }
  }

  private static void writeUntilCrash(SimulatedDrives drives, Committed committed)
      throws Exception {
    try {
      write(drives, committed);
    } catch (SimulatedCrash crash) {
      assertThat(drives.stopped()).isTrue();
    }
  }

  private static void write(SimulatedDrives drives, Committed committed) throws Exception {
    Random random = new Random(5);
    DriveSet set = drives.driveSet();
    SegmentWriter writer = new SegmentWriter(set, OPTIONS, "1-00", 0, random, CLOCK);
    Map<Long, byte[]> staged = new HashMap<>();
    long offset = 0;
    while (offset < 36 && !drives.stopped()) {
      byte[] payload = new byte[random.nextInt(3 * SHARD)];
      random.nextBytes(payload);
      if (!writer.hasRoomFor(payload.length)) {
        flush(writer, committed, staged);
        continue;
      }
      writer.add(
          new Event(
              "/" + offset, new Version(1, offset), 0, 0, Op.PUT, 0, Optional.empty(), List.of()),
          ByteBuffer.wrap(payload));
      staged.put(offset, payload);
      writer.cover(new Range(1, 0, offset, ++offset, 0));
      if (random.nextInt(3) == 0) {
        flush(writer, committed, staged);
      }
    }
    flush(writer, committed, staged);
    writer.close();
  }

  private static void flush(SegmentWriter writer, Committed committed, Map<Long, byte[]> staged) {
    try {
      Flushed flushed = writer.flush().join();
      flushed.tails().forEach(tail -> committed.tails.put(tail.location().segment(), tail));
      flushed.ranges().forEach(range -> committed.next = range.next());
      committed.payloads.putAll(staged);
      staged.clear();
    } catch (java.util.concurrent.CompletionException failed) {
      if (failed.getCause() instanceof SimulatedCrash crash) {
        throw crash;
      }
      throw failed;
    }
  }

  /** All events below the committed end are there on both mirrors, byte for byte. */
  private static void check(SimulatedDrives drives, Committed committed) throws Exception {
    DriveSet set = drives.driveSet();
    Map<Long, byte[]> found = new HashMap<>();
    try (SegmentReader reader = new SegmentReader(set)) {
      for (Tail tail : committed.tails.values()) {
        SegmentLocation location = tail.location();
        List<IndexBlock> blocks =
            reader.indexBlocks(location, location.indexStart(), location.mirrors().get(0));
        assertThat(reader.indexBlocks(location, location.indexStart(), location.mirrors().get(1)))
            .isEqualTo(blocks);
        for (IndexBlock block : blocks) {
          for (Event event : block.events()) {
            found.put(event.version().offset(), bytes(reader, committed, event));
          }
        }
        if (tail.sealed()) {
          assertSealed(reader, location);
        }
      }
    }
    assertThat(found.keySet()).isEqualTo(committed.payloads.keySet());
    found.forEach((offset, bytes) -> assertThat(bytes).isEqualTo(committed.payloads.get(offset)));
    assertThat(set.mismatches()).isEmpty();
  }

  private static byte[] bytes(SegmentReader reader, Committed committed, Event event)
      throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate((int) event.lengthBytes());
    for (Shard shard : event.shards()) {
      SegmentLocation location = committed.tails.get(shard.segment()).location();
      for (String drive : location.mirrors()) {
        reader.check(location, drive, shard.position(), shard.length(), shard.crc32c());
      }
      ByteBuffer part = bytes.slice(bytes.position(), shard.length());
      reader.read(location, shard.position(), part, shard.crc32c());
      bytes.position(bytes.position() + shard.length());
    }
    return bytes.array();
  }

  private static void assertSealed(SegmentReader reader, SegmentLocation location)
      throws Exception {
    for (String drive : location.mirrors()) {
      IndexBlockCodec.Walk walk = reader.walk(location.segment(), drive);
      assertThat(walk.damage()).isNull();
      assertThat(walk.sealedDataEnd()).isEqualTo(OptionalLong.of(location.dataEnd()));
      assertThat(walk.start()).isEqualTo((int) location.indexStart());
    }
  }

  /** Adoption: seal, stop somewhere, seal again; what is committed stays, and all is sealed. */
  private static void sealWithStops(SimulatedDrives drives, Committed committed, long seed)
      throws Exception {
    drives.stopAt(1 + seed % 9);
    try {
      sealAll(drives, committed);
    } catch (SimulatedCrash crash) {
      assertThat(drives.stopped()).isTrue();
    }
    SimulatedDrives after = drives.afterCrash(seed);
    sealAll(after, committed);
    check(after, committed);
    try (SegmentReader reader = new SegmentReader(after.driveSet())) {
      for (Tail tail : committed.tails.values()) {
        assertSealed(reader, tail.location());
      }
    }
  }

  private static void sealAll(SimulatedDrives drives, Committed committed) throws Exception {
    DriveSet set = drives.driveSet();
    for (Tail tail : committed.tails.values()) {
      assertThat(SegmentSealer.seal(set, tail.location())).isEqualTo(tail.location().mirrors());
    }
  }
}
