package io.basalt.storage.tree;

/**
 * A range of a file that a shard holds; all numbers are bytes.
 *
 * @param start first byte in the file
 * @param skip bytes of the shard that stand before the range: what an overlay or a cut hides
 * @param take length of the range, at least 1
 */
public record Extent(long start, Shard shard, int skip, int take) {
  public Extent {
    if (start < 0 || skip < 0 || take < 1 || skip > shard.length() - take) {
      throw new IllegalArgumentException(
          "extent at %d skips %d and takes %d of a shard of %d bytes"
              .formatted(start, skip, take, shard.length()));
    }
  }

  /** First byte in the file after the range. */
  public long end() {
    return start + take;
  }

  /** The part of this extent in [from, to), which must not be empty. */
  public Extent slice(long from, long to) {
    long first = Math.max(from, start);
    long last = Math.min(to, end());
    if (first == start && last == end()) {
      return this;
    }
    return new Extent(
        first, shard, skip + Math.toIntExact(first - start), Math.toIntExact(last - first));
  }
}
