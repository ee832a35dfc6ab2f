package io.basalt.storage.drive;

/**
 * How full a drive is, in bytes.
 *
 * @param sizeBytes what the drive may hold
 * @param usedBytes what its files are allocated, open segments counted whole
 * @param reserveBytes what is kept for roots, maps, runs and maintenance
 */
public record Space(long sizeBytes, long usedBytes, long reserveBytes) {
  /** Bytes that segments may still take. */
  public long freeForData() {
    return Math.max(0, sizeBytes - usedBytes - reserveBytes);
  }

  /** Bytes that maintenance may still take, the reserve included. */
  public long freeForMaintenance() {
    return Math.max(0, sizeBytes - usedBytes);
  }

  /** The used share of the drive. */
  public double fill() {
    return sizeBytes == 0 ? 1 : (double) usedBytes / sizeBytes;
  }
}
