package io.basalt.storage.migrate;

import io.basalt.storage.Crc32c;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.tree.Shard;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The checksums of one segment's packed bytes: of its shards, and of its index blocks. Small
 * neighbours are joined, so that the table stays small however small the shards are.
 */
final class SegmentChecks {
  private static final int JOINED_BYTES = 64 << 10;

  private final SegmentLocation segment;
  private final NavigableMap<Long, Unit> units = new TreeMap<>();
  private long knownBytes;

  /** Packed bytes that have one checksum. */
  record Unit(long position, int length, int crc32c) {
    long end() {
      return position + length;
    }

    boolean joins(Unit next) {
      return end() == next.position && length + next.length <= JOINED_BYTES;
    }

    Unit joined(Unit next) {
      return new Unit(
          position, length + next.length, Crc32c.shifted(crc32c, next.length) ^ next.crc32c);
    }
  }

  SegmentChecks(SegmentLocation segment) {
    this.segment = segment;
  }

  SegmentLocation segment() {
    return segment;
  }

  /** A shard of the segment; one that lies beyond its end, or is known, changes nothing. */
  void add(Shard shard) {
    if (shard.position() + shard.length() <= segment.dataEnd()) {
      add(new Unit(shard.position(), shard.length(), shard.crc32c()));
    }
  }

  void add(Unit added) {
    if (added.length() == 0 || isKnown(added.position())) {
      return;
    }
    knownBytes += added.length();
    Unit unit = added;
    Map.Entry<Long, Unit> before = units.lowerEntry(unit.position());
    if (before != null && before.getValue().joins(unit)) {
      unit = before.getValue().joined(unit);
    }
    Unit after = units.get(unit.end());
    if (after != null && unit.joins(after)) {
      units.remove(after.position());
      unit = unit.joined(after);
    }
    units.put(unit.position(), unit);
  }

  private boolean isKnown(long position) {
    Map.Entry<Long, Unit> at = units.floorEntry(position);
    return at != null && position < at.getValue().end();
  }

  /** Whether every packed byte has a checksum. */
  boolean isComplete() {
    return knownBytes == segment.packedBytes();
  }

  /** The checksums of what overlaps [from, to), in order. */
  List<Unit> overlapping(long from, long to) {
    Long first = units.floorKey(from);
    return units.subMap(first == null ? from : first, true, to, false).values().stream()
        .filter(unit -> unit.end() > from)
        .toList();
  }
}
