package io.basalt.ingest;

import io.basalt.storage.config.StoreConfig;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * source ──chained──► writer ──to one──► committer. The payload stays in the task that read it;
 * only what a flush covered is sent on.
 */
public final class IngestTopology {
  private IngestTopology() {}

  /** Adds the operators; reads nothing and executes nothing. */
  public static void build(
      StreamExecutionEnvironment environment, StoreConfig.Kafka kafka, IngestOptions options) {
    int parallelism =
        options.parallelism() > 0 ? options.parallelism() : environment.getParallelism();
    SingleOutputStreamOperator<FlushMessage> flushes =
        environment
            .fromSource(
                StoreSource.of(kafka, options),
                WatermarkStrategy.noWatermarks(),
                "store source",
                ReadRecordSerializer.TYPE)
            .uid("source")
            .setParallelism(parallelism)
            .transform("segment writer", FlushMessageSerializer.TYPE, new WriterFactory(options))
            .uid("writer")
            .setParallelism(parallelism);
    flushes
        .global()
        .transform(
            "committer", BasicTypeInfo.VOID_TYPE_INFO, new CommitterFactory(options, parallelism))
        .uid("committer")
        .setParallelism(1)
        .setMaxParallelism(1);
  }
}
