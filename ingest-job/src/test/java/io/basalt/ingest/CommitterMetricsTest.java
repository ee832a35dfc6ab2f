package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.census.Metadata;
import io.basalt.storage.config.Tier;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class CommitterMetricsTest {
  private final Map<String, Gauge<?>> gauges = new HashMap<>();
  private final CommitterMetrics metrics =
      new CommitterMetrics(
          new UnregisteredMetricsGroup() {
            @Override
            public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
              gauges.put(name, gauge);
              return gauge;
            }
          });

  @Test
  void saysWhatShareOfTheDataMetadataIs() {
    assertThat(gauges.get("metadataBytes").getValue()).isEqualTo(0L);
    metrics.metadata(
        new Metadata(
            Map.of(Tier.SCM, 10L, Tier.CAPACITY, 2L),
            Map.of(Tier.SCM, 5L, Tier.CAPACITY, 3L),
            Map.of(Tier.SCM, 40L, Tier.CAPACITY, 180L)));
    assertThat(gauges.get("metadataBytes").getValue()).isEqualTo(20L);
    assertThat(gauges.get("metadataShare").getValue()).isEqualTo(0.1);
  }
}
