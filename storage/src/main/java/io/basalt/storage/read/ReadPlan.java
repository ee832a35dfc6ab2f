package io.basalt.storage.read;

import io.basalt.storage.read.ReadStep.Piece;
import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.read.ReadStep.Stored;
import io.basalt.storage.read.ReadStep.Zeros;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Cuts a read of [from, to) of a file into steps of about {@code stepBytes}. A shard is read whole
 * even where an extent takes a part of it, since its checksum covers all of it; shards that stand
 * side by side in a segment become one range. Pure.
 */
final class ReadPlan implements Iterator<ReadStep> {
  private static final Comparator<Shard> BY_PLACE =
      Comparator.comparing(Shard::segment).thenComparingLong(Shard::position);

  private final List<Extent> extents;
  private final int stepBytes;
  private final long to;
  private long at;
  private int next;

  ReadPlan(FileState file, long from, long to, int stepBytes) {
    if (from < 0 || from > to || to > file.size()) {
      throw new IllegalArgumentException(
          "range %d-%d of %s, which has %d bytes".formatted(from, to, file.path(), file.size()));
    }
    this.extents = file.extents();
    this.stepBytes = stepBytes;
    this.at = from;
    this.to = to;
    this.next = firstEndingAfter(from);
  }

  @Override
  public boolean hasNext() {
    return at < to;
  }

  @Override
  public ReadStep next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long start = at;
    List<Extent> taken = new ArrayList<>();
    long bytes = 0;
    while (next < extents.size() && extents.get(next).start() < to) {
      Extent extent = extents.get(next);
      if (!taken.isEmpty() && bytes + extent.shard().length() > stepBytes) {
        break;
      }
      taken.add(extent.slice(at, to));
      bytes += extent.shard().length();
      at = Math.min(to, extent.end());
      next++;
    }
    if (next >= extents.size() || extents.get(next).start() >= to) {
      at = to;
    }
    return step(taken, start, at);
  }

  private static ReadStep step(List<Extent> extents, long start, long end) {
    List<Shard> shards = extents.stream().map(Extent::shard).distinct().sorted(BY_PLACE).toList();
    Map<Shard, Integer> offsets = new HashMap<>();
    List<SegmentRange> ranges = new ArrayList<>();
    int used = 0;
    for (int i = 0; i < shards.size(); ) {
      int after = endOfRange(shards, i);
      ranges.add(new SegmentRange(shards.get(i).segment(), used, shards.subList(i, after)));
      for (; i < after; i++) {
        offsets.put(shards.get(i), used);
        used = Math.addExact(used, shards.get(i).length());
      }
    }
    return new ReadStep(ranges, used, pieces(extents, offsets, start, end));
  }

  private static int endOfRange(List<Shard> shards, int first) {
    int i = first + 1;
    while (i < shards.size() && follows(shards.get(i - 1), shards.get(i))) {
      i++;
    }
    return i;
  }

  private static boolean follows(Shard before, Shard after) {
    return before.segment().equals(after.segment())
        && before.position() + before.length() == after.position();
  }

  private static List<Piece> pieces(
      List<Extent> extents, Map<Shard, Integer> offsets, long start, long end) {
    List<Piece> pieces = new ArrayList<>();
    long done = start;
    for (Extent extent : extents) {
      if (extent.start() > done) {
        pieces.add(new Zeros(extent.start() - done));
      }
      pieces.add(new Stored(offsets.get(extent.shard()) + extent.skip(), extent.take()));
      done = extent.end();
    }
    if (end > done) {
      pieces.add(new Zeros(end - done));
    }
    return pieces;
  }

  private int firstEndingAfter(long from) {
    int low = 0;
    int high = extents.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (extents.get(middle).end() > from) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
