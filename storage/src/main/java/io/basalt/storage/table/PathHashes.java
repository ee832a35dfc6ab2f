package io.basalt.storage.table;

import io.basalt.storage.tree.PathRange;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.column.values.bloomfilter.XxHash;

/**
 * The hashes of a row group's paths and, with a slash at their end, of the directories above them.
 * No path ends with a slash, so to other programs a directory is one value more that is not there;
 * here it answers for all paths below it. The filter is made at the end, when it is known how many
 * they are. Belongs to one thread.
 */
final class PathHashes {
  /** Of a hundred paths that a row group does not have it seems to have one, at most. */
  private static final double FALSE_POSITIVES = 0.01;

  /**
   * Longer directories are not kept: each is hashed from its beginning, which for thousands of them
   * in one path would take longer than all else.
   */
  static final int MAX_DIRECTORY_BYTES = 256;

  private static final XxHash HASH = new XxHash();

  private long[] hashes = new long[1024];
  private int count;
  private byte[] last = {};

  int count() {
    return count;
  }

  /** Adds the next path in order, whose bytes must not change; the same one may come again. */
  void add(byte[] path) {
    int mismatch = Arrays.mismatch(last, path);
    if (mismatch < 0) {
      return;
    }
    // All paths below a directory follow each other: those of the last path are there already.
    int end = Math.min(path.length, MAX_DIRECTORY_BYTES);
    for (int i = Math.max(1, mismatch); i < end; i++) {
      if (path[i] == '/') {
        add(hash(path, i + 1));
      }
    }
    add(HASH.hashBytes(path));
    last = path;
  }

  private void add(long hash) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    hashes[count++] = hash;
  }

  private static long hash(byte[] bytes, int length) {
    return HASH.hashByteBuffer(ByteBuffer.wrap(bytes, 0, length));
  }

  /**
   * A filter of all of them. Its size is a power of two: any multiple of 32 bytes would do by the
   * format, but some programs refuse to read a table with such a filter.
   */
  BloomFilter filter() {
    int bits = BlockSplitBloomFilter.optimalNumOfBits(count, FALSE_POSITIVES);
    BloomFilter filter = new BlockSplitBloomFilter(bits / Byte.SIZE);
    for (int i = 0; i < count; i++) {
      filter.insertHash(hashes[i]);
    }
    return filter;
  }

  /**
   * The hash that is there if any of these paths is: that of the path, or of the directory that a
   * prefix names or lies in. Empty for paths that have no such directory.
   */
  static OptionalLong asked(PathRange paths) {
    return switch (paths.kind()) {
      case EXACT -> OptionalLong.of(HASH.hashBytes(paths.firstBytes()));
      case PREFIX -> ofDirectory(paths.firstBytes());
      case STRETCH -> OptionalLong.empty();
    };
  }

  private static OptionalLong ofDirectory(byte[] prefix) {
    int slash = Math.min(prefix.length, MAX_DIRECTORY_BYTES) - 1;
    while (slash > 0 && prefix[slash] != '/') {
      slash--;
    }
    return slash > 0 ? OptionalLong.of(hash(prefix, slash + 1)) : OptionalLong.empty();
  }
}
