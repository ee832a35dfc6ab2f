package io.basalt.ingest;

import io.basalt.flink.FlinkSettings;
import io.basalt.flink.JobName;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Submits the ingest job: {@code --config FILE [--accept-loss] [--parallelism N]}. */
public final class IngestJob {
  private IngestJob() {}

  public static void main(String[] arguments) throws Exception {
    IngestOptions options = IngestOptions.parse(arguments);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.streaming());
    StoreConfig config = StoreConfigLoader.load(options.configFile());
    IngestTopology.build(environment, config.kafka(), options);
    environment.execute(name(config));
  }

  /** Name of a store's ingest on a cluster. */
  public static String name(StoreConfig config) {
    return JobName.of("ingest", config);
  }
}
