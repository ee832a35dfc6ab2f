package io.basalt.flink;

import io.basalt.storage.drive.DriveSet;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What reads had to put right, as metrics of a task: {@code checksumMismatches}, and {@code
 * reconstructedBytes} of strips that were lost or wrong. Both count the whole process since it
 * opened the drives.
 */
public final class DriveMetrics {
  private DriveMetrics() {}

  public static void register(MetricGroup group, DriveSet drives) {
    group.gauge("checksumMismatches", (Gauge<Long>) () -> sum(drives.mismatches()));
    group.gauge("reconstructedBytes", (Gauge<Long>) () -> sum(drives.reconstructed()));
  }

  private static long sum(Map<String, Long> byDrive) {
    return byDrive.values().stream().mapToLong(Long::longValue).sum();
  }
}
