package io.basalt.benchmarks;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.TopicPartition;

/** Flink's own way to put a topic on a disk: one copy, no index, not forced between checkpoints. */
final class FileSinkJob {
  private static final AtomicLong WRITTEN = new AtomicLong();
  private static final int PARALLELISM = 2;
  private static volatile IngestBenchmark.Mark mark;

  private FileSinkJob() {}

  static Rate run(
      StoreConfig.Kafka kafka,
      Path directory,
      Map<TopicPartition, Long> from,
      Map<TopicPartition, Long> to,
      WarmMemory memory)
      throws Exception {
    Path target = Files.createTempDirectory(directory, "file-sink");
    try {
      long records = IngestBenchmark.records(from, to);
      WRITTEN.set(0);
      mark = new IngestBenchmark.Mark(records, 1, memory::giveUpTo);
      StreamExecutionEnvironment environment =
          StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, new Configuration());
      environment.enableCheckpointing(1000);
      environment.getConfig().enableObjectReuse();
      environment
          .fromSource(source(kafka, from, to), WatermarkStrategy.noWatermarks(), "topic")
          .sinkTo(
              FileSink.forRowFormat(new org.apache.flink.core.fs.Path(target.toUri()), new Bytes())
                  .build());
      environment.execute("file-sink");
      Rate perRecord = mark.rate("");
      double bytes = (double) Bytes.LENGTH.get() * perRecord.amount() / records;
      return new Rate("Flink FileSink, one copy", bytes, perRecord.nanos());
    } finally {
      BenchmarkStore.delete(target);
    }
  }

  private static KafkaSource<byte[]> source(
      StoreConfig.Kafka kafka, Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
    return KafkaSource.<byte[]>builder()
        .setBootstrapServers(kafka.bootstrap())
        .setTopics(kafka.topics().writes())
        .setStartingOffsets(OffsetsInitializer.offsets(from))
        .setBounded(OffsetsInitializer.offsets(to))
        .setValueOnlyDeserializer(new Value())
        .build();
  }

  private static final class Value extends AbstractDeserializationSchema<byte[]> {
    private static final long serialVersionUID = 1;

    @Override
    public byte[] deserialize(byte[] message) {
      return message;
    }
  }

  private static final class Bytes implements Encoder<byte[]> {
    private static final long serialVersionUID = 1;
    private static final AtomicLong LENGTH = new AtomicLong();

    @Override
    public void encode(byte[] element, OutputStream stream) throws IOException {
      stream.write(element);
      LENGTH.addAndGet(element.length);
      mark.reached(WRITTEN.incrementAndGet());
    }
  }
}
