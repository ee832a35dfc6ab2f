package io.basalt.storage.drive;

/**
 * How full a drive is, in bytes.
 *
 * @param sizeBytes what the drive may hold
 * @param usedBytes what its files are allocated, open segments counted whole
 * @param reserveBytes what is kept for roots, maps, runs and maintenance
 */
public record Space(long sizeBytes, long usedBytes, long reserveBytes) {
  /** This part of the reserve is a floor that maintenance leaves to roots and the location map. */
  private static final int FLOOR_OF_RESERVE = 4;

  /** Bytes that segments may still take. */
  public long freeForData() {
    return Math.max(0, sizeBytes - usedBytes - reserveBytes);
  }

  /** Bytes that maintenance may still take, the reserve included but for its floor. */
  public long freeForMaintenance() {
    return Math.max(0, freeForRoots() - reserveBytes / FLOOR_OF_RESERVE);
  }

  /** Bytes that roots and the location map may still take: without them nothing can be freed. */
  public long freeForRoots() {
    return Math.max(0, sizeBytes - usedBytes);
  }

  /**
   * Bytes that compaction may take to copy live data out of what is mostly dead, which gives back
   * more later: at most half of what maintenance has beyond data, so that the rest of maintenance
   * goes on.
   */
  public long freeForRewriting() {
    return (freeForData() + freeForMaintenance()) / 2;
  }

  /** The used share of the drive. */
  public double fill() {
    return sizeBytes == 0 ? 1 : (double) usedBytes / sizeBytes;
  }
}
