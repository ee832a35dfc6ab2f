package io.basalt.storage.rewrite;

import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.Shard;

/** The part of a shard that a leaf refers to; all numbers are bytes. */
record Part(Shard shard, int skip, int take) {
  static Part of(Extent extent) {
    return new Part(extent.shard(), extent.skip(), extent.take());
  }

  static Part of(Shard whole) {
    return new Part(whole, 0, whole.length());
  }

  boolean isWhole() {
    return take == shard.length();
  }

  /** As bytes of a file, from {@code start} on. */
  Extent at(long start) {
    return new Extent(start, shard, skip, take);
  }
}
