package io.basalt.storage.migrate;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.migrate.SegmentChecks.Unit;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.IndexBlockCodec;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the checksums of segments. An index block names the shards of its flush, which may lie in
 * any segment that its writer had open then; so the shards of a segment are looked for in its own
 * index and then in those of the same writer's segments, the nearest in age first, until they cover
 * it.
 */
final class ChecksReader {
  private static final int UNIT_BYTES = 64 << 10;

  private final DriveSet drives;
  private final SegmentReader reader;
  private final Collection<SegmentLocation> segments;

  /**
   * A reader of checksums.
   *
   * @param segments all segments of the head, tails included
   */
  ChecksReader(DriveSet drives, SegmentReader reader, Collection<SegmentLocation> segments) {
    this.drives = drives;
    this.reader = reader;
    this.segments = segments;
  }

  /** Of a segment id {@code <attempt>-<subtask>-<n>}, all but the number. */
  private static String writer(SegmentLocation segment) {
    return segment.segment().substring(0, segment.segment().lastIndexOf('-'));
  }

  private static long number(SegmentLocation segment) {
    return Long.parseLong(segment.segment().substring(segment.segment().lastIndexOf('-') + 1));
  }

  /**
   * The checksums of segments that stand on mirrors. Bytes that no event names have none.
   *
   * @throws UnmovableSegmentException if the index of one is damaged on both mirrors, or that of
   *     another segment, which may name shards of this one
   */
  Map<String, SegmentChecks> read(List<SegmentLocation> wanted) throws IOException {
    Map<String, SegmentChecks> checks = new LinkedHashMap<>();
    wanted.forEach(segment -> checks.put(segment.segment(), new SegmentChecks(segment)));
    for (SegmentChecks each : checks.values()) {
      ownIndex(each).forEach(block -> collect(block, checks));
    }
    Map<String, NavigableMap<Long, SegmentLocation>> writers = writersOf(wanted);
    Set<String> looked = new HashSet<>(checks.keySet());
    Map<String, IOException> unreadable = new HashMap<>();
    for (SegmentChecks each : checks.values()) {
      IOException first = null;
      var siblings = writers.getOrDefault(writer(each.segment()), new TreeMap<>());
      for (SegmentLocation near : nearestFirst(number(each.segment()), siblings)) {
        if (each.isComplete()) {
          break;
        }
        if (looked.add(near.segment())) {
          try {
            reader.indexBlocks(near).forEach(block -> collect(block, checks));
          } catch (InterruptedIOException left) {
            throw left;
          } catch (IOException failed) {
            unreadable.put(near.segment(), failed);
          }
        }
        first = first == null ? unreadable.get(near.segment()) : first;
      }
      if (first != null && !each.isComplete()) {
        throw new UnmovableSegmentException(each.segment(), first);
      }
    }
    return checks;
  }

  /** All segments of the writers of these, by number. */
  private Map<String, NavigableMap<Long, SegmentLocation>> writersOf(List<SegmentLocation> wanted) {
    Map<String, NavigableMap<Long, SegmentLocation>> writers = new HashMap<>();
    wanted.forEach(segment -> writers.put(writer(segment), new TreeMap<>()));
    for (SegmentLocation segment : segments) {
      NavigableMap<Long, SegmentLocation> siblings = writers.get(writer(segment));
      if (siblings != null) {
        siblings.put(number(segment), segment);
      }
    }
    return writers;
  }

  private static void collect(IndexBlock block, Map<String, SegmentChecks> checks) {
    block.copies().forEach(shard -> collect(shard, checks));
    for (Event event : block.events()) {
      event.shards().forEach(shard -> collect(shard, checks));
    }
  }

  private static void collect(Shard shard, Map<String, SegmentChecks> checks) {
    SegmentChecks of = checks.get(shard.segment());
    if (of != null) {
      of.add(shard);
    }
  }

  private static List<SegmentLocation> nearestFirst(
      long number, NavigableMap<Long, SegmentLocation> all) {
    List<SegmentLocation> nearest = new ArrayList<>();
    Long below = all.lowerKey(number);
    Long above = all.higherKey(number);
    while (below != null || above != null) {
      if (above == null || (below != null && number - below <= above - number)) {
        nearest.add(all.get(below));
        below = all.lowerKey(below);
      } else {
        nearest.add(all.get(above));
        above = all.higherKey(above);
      }
    }
    return nearest;
  }

  /** Reads the index blocks from a mirror that has them intact, and notes their own checksums. */
  private List<IndexBlock> ownIndex(SegmentChecks checks) throws IOException {
    SegmentLocation segment = checks.segment();
    ByteBuffer bytes;
    try {
      bytes =
          drives.callAny(
              segment.mirrors(), segment.fileName(), drive -> indexBytes(drive, segment));
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException unreadable) {
      throw new UnmovableSegmentException(segment, unreadable);
    }
    for (int at = 0; at < bytes.limit(); at += UNIT_BYTES) {
      int length = Math.min(UNIT_BYTES, bytes.limit() - at);
      checks.add(new Unit(segment.dataEnd() + at, length, Crc32c.of(bytes.slice(at, length))));
    }
    return IndexBlockCodec.walk(segment.segment(), segment.fileName(), bytes).blocks();
  }

  private static ByteBuffer indexBytes(Drive drive, SegmentLocation segment) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (segment.size() - segment.indexStart()));
    try (DriveFile file = drive.open(segment.fileName())) {
      file.read(bytes, segment.indexStart());
    }
    IndexBlockCodec.Walk walk =
        IndexBlockCodec.walk(segment.segment(), segment.fileName(), bytes.flip());
    if (walk.start() != 0) {
      throw new CorruptDataException(
          drive.info().id(),
          segment.fileName(),
          segment.indexStart() + walk.start(),
          "index blocks down to byte " + segment.indexStart(),
          walk.damage() == null ? "an end" : walk.damage());
    }
    return bytes;
  }
}
