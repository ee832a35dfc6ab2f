package io.basalt.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.FileDrive;
import io.basalt.storage.drive.TestDrives;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentWriterTest {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  private DriveSet drives(long size) {
    List<FileDrive> drives = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      drives.add(
          TestDrives.labelled(
              new DriveConfig(
                  "scm-" + i, Tier.SCM, directory.resolve("scm-" + i), "e" + i % 2, size)));
    }
    return new DriveSet("s", drives, DriveSet.Options.DEFAULTS);
  }

  private static Event event(long offset, Op op) {
    return new Event(
        "/f/" + offset, new Version(1, offset), 0, 1000, op, 0, Optional.empty(), List.of());
  }

  static void admit(SegmentWriter writer, int bytes) throws Exception {
    while (!writer.hasRoomFor(bytes)) {
      if (!writer.isFlushing() && writer.isFlushDue()) {
        throw new AssertionError("flush first");
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void everyPayloadComesBackFromTheShardsOfItsEvent() throws Exception {
    SegmentWriter.Options options =
        new SegmentWriter.Options(MIB, 64 << 10, 2, Duration.ofSeconds(60));
    Random random = new Random(7);
    Map<Long, byte[]> payloads = new HashMap<>();
    Map<String, SegmentLocation> locations = new HashMap<>();
    Set<String> sealed = new HashSet<>();
    try (DriveSet drives = drives(64 * MIB);
        SegmentWriter writer =
            new SegmentWriter(drives, options, "1-00", 0, random, Clock.systemUTC())) {
      long offset = 0;
      for (int flush = 0; flush < 100; flush++) {
        long from = offset;
        for (int i = random.nextInt(6); i >= 0; i--) {
          byte[] payload = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(200_000)];
          random.nextBytes(payload);
          while (!writer.hasRoomFor(payload.length)) {
            if (writer.stagedBytes() > 0 || writer.isFlushDue()) {
              note(writer.flush().get(), locations, sealed);
            }
          }
          payloads.put(offset, payload);
          writer.add(event(offset, Op.PUT), ByteBuffer.wrap(payload));
          writer.cover(new Range(1, 0, offset, offset + 1, 0));
          offset++;
        }
        Flushed flushed = writer.flush().get();
        note(flushed, locations, sealed);
        assertThat(flushed.ranges()).hasSize(1);
        assertThat(flushed.ranges().get(0).next()).isEqualTo(offset);
        assertThat(flushed.ranges().get(0).from()).isGreaterThanOrEqualTo(from);
      }
      assertThat(sealed).hasSizeGreaterThan(5);
      assertThat(read(drives, locations))
          .hasSize(payloads.size())
          .allSatisfy((o, bytes) -> assertThat(bytes).isEqualTo(payloads.get(o)));
    }
  }

  private static void note(
      Flushed flushed, Map<String, SegmentLocation> locations, Set<String> sealed) {
    for (Tail tail : flushed.tails()) {
      locations.put(tail.location().segment(), tail.location());
      assertThat(sealed).doesNotContain(tail.location().segment());
      if (tail.sealed()) {
        sealed.add(tail.location().segment());
      }
    }
  }

  private static Map<Long, byte[]> read(DriveSet drives, Map<String, SegmentLocation> locations)
      throws Exception {
    Map<Long, byte[]> result = new HashMap<>();
    try (SegmentReader reader = new SegmentReader(drives)) {
      for (SegmentLocation location : locations.values()) {
        for (IndexBlock block : reader.indexBlocks(location)) {
          for (Event event : block.events()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) event.lengthBytes());
            for (Shard shard : event.shards()) {
              ByteBuffer part = bytes.slice(bytes.position(), shard.length());
              reader.read(locations.get(shard.segment()), shard.position(), part, shard.crc32c());
              bytes.position(bytes.position() + shard.length());
            }
            result.put(event.version().offset(), bytes.array());
          }
        }
      }
    }
    assertThat(drives.mismatches()).isEmpty();
    return result;
  }
}
