package io.basalt.ingest;

import io.basalt.flink.FlinkSettings;
import io.basalt.storage.config.StoreConfigLoader;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Submits the ingest job: {@code --config FILE [--accept-loss] [--parallelism N]}. */
public final class IngestJob {
  private IngestJob() {}

  public static void main(String[] arguments) throws Exception {
    IngestOptions options = IngestOptions.parse(arguments);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.streaming());
    IngestTopology.build(
        environment, StoreConfigLoader.load(options.configFile()).kafka(), options);
    environment.execute("basalt-ingest");
  }
}
