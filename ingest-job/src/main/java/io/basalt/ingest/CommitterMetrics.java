package io.basalt.ingest;

import io.basalt.storage.census.Metadata;
import java.time.Duration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What the committer counts: {@code commits}, {@code commitMillis}, {@code lag}, {@code waiting},
 * and, of both tiers together, {@code metadataBytes} and {@code metadataShare} of the data.
 */
final class CommitterMetrics {
  private final Counter commits;
  private final Counter unknown;
  private volatile double lastMillis;
  private volatile long lag;
  private volatile String waiting = "";
  private volatile long metadataBytes;
  private volatile double metadataShare;

  CommitterMetrics(MetricGroup group) {
    commits = group.counter("commits");
    unknown = group.counter("unknownCommits");
    group.gauge("commitMillis", (Gauge<Double>) () -> lastMillis);
    group.gauge("lag", (Gauge<Long>) () -> lag);
    group.gauge("waiting", (Gauge<String>) () -> waiting);
    group.gauge("metadataBytes", (Gauge<Long>) () -> metadataBytes);
    group.gauge("metadataShare", (Gauge<Double>) () -> metadataShare);
  }

  void committed(Duration took) {
    commits.inc();
    lastMillis = took.toNanos() / 1e6;
  }

  void unknown() {
    unknown.inc();
  }

  /** Why no root can be committed for a longer time; empty if nothing is in the way. */
  void waiting(String reason) {
    waiting = reason;
  }

  /** What metadata takes of the drives by now. */
  void metadata(Metadata metadata) {
    metadataBytes = metadata.bytes();
    metadataShare = metadata.share();
  }

  /** Records of the write topic that are not applied yet. */
  void lag(long records) {
    lag = records;
  }
}
