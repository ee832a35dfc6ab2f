package io.basalt.storage.leaf;

/**
 * A leaf ends at the path that reaches one of these. A path is never cut, so a leaf of one file may
 * be larger.
 *
 * @param files rows of the table of files
 * @param extents rows of the tables of extents and pending parts
 * @param pathChars length of all paths together
 */
public record LeafLimits(int files, int extents, long pathChars) {
  /**
   * Leaves of some hundred kibibytes: reading one whole costs about a millisecond. The Bloom filter
   * of so many files and a thousand directories just fits into 32 KiB.
   */
  public static final LeafLimits DEFAULTS = new LeafLimits(26_000, 65_536, 4L << 20);

  public LeafLimits {
    if (files < 1 || extents < 1 || pathChars < 1) {
      throw new IllegalArgumentException(
          "leaf limits: %d files, %d extents, %d characters".formatted(files, extents, pathChars));
    }
  }

  /**
   * Whether a leaf is less than half full by its rows. One that long paths filled seems so too,
   * since a reference does not tell how long its paths are.
   */
  public boolean isSparse(LeafRef leaf) {
    return leaf.files() < files / 2 && leaf.extents() + leaf.parts() < extents / 2;
  }
}
