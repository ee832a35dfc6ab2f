package io.basalt.storage.read;

import io.basalt.storage.tree.Shard;
import java.util.List;

/**
 * What is read from drives in one go, and how bytes of the file are cut from it.
 *
 * @param ranges what to read; together they fill a buffer of bufferBytes without overlap
 * @param pieces the file's next bytes, in order
 */
record ReadStep(List<SegmentRange> ranges, int bufferBytes, List<Piece> pieces) {

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

  /** Bytes of the file: from the buffer, or zeros where the file has a gap. */
  sealed interface Piece permits Stored, Zeros {}

  record Stored(int bufferOffset, int length) implements Piece {}

  record Zeros(long length) implements Piece {}
}
