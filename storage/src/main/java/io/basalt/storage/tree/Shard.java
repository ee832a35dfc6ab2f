package io.basalt.storage.tree;

/** Contiguous bytes of one write in one segment. Position and length are bytes. */
public record Shard(String segment, long position, int length, int crc32c) {
  /** A shard of which only the length is known, for a fold that keeps no extents. */
  public static Shard ofLength(int length) {
    return new Shard("", 0, length, 0);
  }
}
