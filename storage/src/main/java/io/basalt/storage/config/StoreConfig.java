package io.basalt.storage.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The contents of a basalt.yaml, validated. Sizes are bytes, shares are fractions of one. */
public record StoreConfig(
    Path file,
    String store,
    List<DriveConfig> drives,
    int rootCopies,
    long segmentSize,
    int shardSize,
    int openSegments,
    Duration commitInterval,
    Duration sealAfter,
    double reserve,
    Erasure erasure,
    Watermark watermark,
    Migrate migrate,
    Compaction compaction,
    Retention retention,
    int maxRecord,
    long maxFileSize,
    Kafka kafka) {

  public StoreConfig {
    drives = List.copyOf(drives);
  }

  /** Bytes of all drives of a tier. */
  public long tierSize(Tier tier) {
    return drives.stream().filter(drive -> drive.tier() == tier).mapToLong(DriveConfig::size).sum();
  }

  /** Bytes of a writer's staging buffer for one segment. */
  public static int stagingBytes(long segmentSize, int shardSize) {
    return (int) Math.max(shardSize, Math.min(4 << 20, segmentSize / 2));
  }

  /**
   * Bytes of the largest record that one writer can take: whole shards side by side in its open
   * segments, beside a quarter for index blocks.
   */
  static long largestRecord(long segmentSize, int shardSize, int openSegments) {
    long each = Math.min(segmentSize / 4 * 3, stagingBytes(segmentSize, shardSize));
    return each / shardSize * shardSize * openSegments;
  }

  /** Bytes of both mirrors of the open segments of all writers. */
  static long openSegmentBytes(long segmentSize, int openSegments, int writers) {
    return 2 * segmentSize * openSegments * writers;
  }

  /**
   * A segment size from 1 to 64 MiB for a new store: the largest power of two with which the open
   * segments of all writers take at most a sixteenth of the SCM.
   */
  public static long fittingSegmentSize(long scmBytes, int openSegments, int writers) {
    long size = 64L << 20;
    while (size > 1 << 20 && openSegmentBytes(size, openSegments, writers) > scmBytes / 16) {
      size /= 2;
    }
    return size;
  }

  /** One drive: where it is mounted and how it bootstraps a new store. The path is absolute. */
  public record DriveConfig(String id, Tier tier, Path path, String enclosure, long size) {}

  /** K+M, or auto when empty. */
  public record Erasure(OptionalInt dataStrips, OptionalInt parityStrips) {
    private static final int FEW_DRIVES = 12;

    /**
     * Parity strips of a stripe in a store with so many capacity drives, whether they answer or
     * not.
     */
    public int parityFor(int capacityDrives) {
      return parityStrips.orElse(capacityDrives <= FEW_DRIVES ? 2 : 4);
    }
  }

  /** Fill shares of an SCM drive at which migration starts and stops. */
  public record Watermark(double high, double low) {}

  public record Migrate(Duration interval) {}

  public record Compaction(Duration interval, double liveThreshold, Duration uploadRetention) {}

  public record Retention(Duration keepAllFor, int perMinute, int perHour, int perDay) {}

  public record Kafka(
      String bootstrap,
      Topics topics,
      int partitions,
      Duration keep,
      Map<String, String> properties) {
    public Kafka {
      properties = Map.copyOf(properties);
    }
  }

  public record Topics(String writes, String acks, String rejects, String commits) {}
}
