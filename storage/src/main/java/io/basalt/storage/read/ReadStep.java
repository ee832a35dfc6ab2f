package io.basalt.storage.read;

import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is read from drives in one go, and how bytes of the file are cut from it.
 *
 * @param ranges what to read; together they fill a buffer of bufferBytes without overlap
 * @param pieces bytes of the file, ascending
 */
record ReadStep(List<SegmentRange> ranges, int bufferBytes, List<Piece> pieces) implements Step {
  private static final Comparator<Shard> BY_PLACE =
      Comparator.comparing(Shard::segment).thenComparingLong(Shard::position);

  /** Shards that follow one another in a segment; the first one's bytes go to bufferOffset. */
  record SegmentRange(String segment, int bufferOffset, List<Shard> shards) {
    long position() {
      return shards.get(0).position();
    }

    int lengthBytes() {
      Shard last = shards.get(shards.size() - 1);
      return Math.toIntExact(last.position() + last.length() - position());
    }
  }

  /** Bytes of the file from {@code at} on: from the buffer, or zeros where the file has a gap. */
  sealed interface Piece permits Stored, Zeros {
    long at();
  }

  record Stored(long at, int bufferOffset, int length) implements Piece {}

  record Zeros(long at, long length) implements Piece {}

  /**
   * A step that reads the shards of these extents, each once, and side by side at once where they
   * stand side by side in a segment.
   */
  static ReadStep of(List<Extent> extents, List<Zeros> gaps) {
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
    List<Piece> pieces = new ArrayList<>(gaps);
    for (Extent extent : extents) {
      int offset = offsets.get(extent.shard()) + extent.skip();
      pieces.add(new Stored(extent.start(), offset, extent.take()));
    }
    pieces.sort(Comparator.comparingLong(Piece::at));
    return new ReadStep(ranges, used, pieces);
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
}
