package io.basalt.ingest;

import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.WriteRecord;
import io.basalt.storage.config.StoreConfig;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/**
 * Reads with the readers of Flink's KafkaSource, but for what they read and from where: each takes
 * its share of the partitions from the plan that the head of the store and the topic make, so there
 * is nothing to hand out and nothing to keep in a checkpoint. The JobManager needs neither a drive
 * nor Kafka.
 */
final class StoreSource implements Source<ReadRecord, KafkaPartitionSplit, Void> {
  private static final long serialVersionUID = 1;
  // Two polls wait in a reader's queue: bounded, so that a task's memory is.
  private static final int MAX_POLL_RECORDS = 200;
  private static final int FETCH_BYTES = 16 << 20;

  private final KafkaSource<WriteRecord> kafka;
  private final IngestOptions options;

  private StoreSource(KafkaSource<WriteRecord> kafka, IngestOptions options) {
    this.kafka = kafka;
    this.options = options;
  }

  @SuppressWarnings("deprecation") // the connector's interface names this enum
  static StoreSource of(StoreConfig.Kafka config, IngestOptions options) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "" + MAX_POLL_RECORDS);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "" + FETCH_BYTES);
    // Sized by the kernel: Kafka's default of 64 KiB costs a system call and a window update each.
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    KafkaSettings.consumer(config)
        .forEach((name, value) -> properties.put(name, String.valueOf(value)));
    properties.put(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false");
    return new StoreSource(
        KafkaSource.<WriteRecord>builder()
            .setTopics(config.topics().writes())
            .setClientIdPrefix("basalt-ingest")
            // The plan names an offset for every partition; nothing resets by itself.
            .setStartingOffsets(OffsetsInitializer.offsets(Map.of(), OffsetResetStrategy.NONE))
            .setDeserializer(new Records())
            .setProperties(properties)
            .build(),
        options);
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<ReadRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    IngestTask task =
        IngestTask.join(options, context.getIndexOfSubtask(), context.currentParallelism());
    try {
      return new StoreSourceReader(kafka.createReader(context), task);
    } catch (Exception e) {
      task.leave();
      throw e;
    }
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, Void> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return new NoSplits();
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, Void> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, Void state) {
    return new NoSplits();
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
    return new NoState();
  }

  /** Hands out nothing: the readers know what is theirs. */
  private static final class NoSplits implements SplitEnumerator<KafkaPartitionSplit, Void> {
    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {}

    @Override
    public void addReader(int subtask) {}

    @Override
    public Void snapshotState(long checkpoint) {
      return null;
    }

    @Override
    public void close() {}
  }

  private static final class NoState implements SimpleVersionedSerializer<Void> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Void state) {
      return new byte[0];
    }

    /** Whatever a checkpoint holds: the root knows better. */
    @Override
    public Void deserialize(int version, byte[] serialized) {
      return null;
    }
  }

  /** Keeps the record as it is: what it means is decided in the writer. */
  private static final class Records implements KafkaRecordDeserializationSchema<WriteRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<WriteRecord> out) {
      out.collect(WriteRecord.of(record));
    }

    @Override
    public TypeInformation<WriteRecord> getProducedType() {
      throw new UnsupportedOperationException("the stream's type is that of ReadRecord");
    }
  }
}
