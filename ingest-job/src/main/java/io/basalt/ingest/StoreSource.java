package io.basalt.ingest;

import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.WriteRecord;
import io.basalt.storage.config.StoreConfig;
import java.util.Collection;
import java.util.HashMap;
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
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Flink's KafkaSource, but for where a partition is read from: its readers ask the head of the
 * store and take no notice of the offsets that an enumerator or a checkpoint hands them.
 */
final class StoreSource implements Source<ReadRecord, KafkaPartitionSplit, KafkaSourceEnumState> {
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

  static StoreSource of(StoreConfig.Kafka config, IngestOptions options) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "" + MAX_POLL_RECORDS);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "" + FETCH_BYTES);
    KafkaSettings.consumer(config)
        .forEach((name, value) -> properties.put(name, String.valueOf(value)));
    // A partition that appears later changes the place of every key: the committer refuses it.
    properties.put(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), "-1");
    properties.put(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false");
    return new StoreSource(
        KafkaSource.<WriteRecord>builder()
            .setTopics(config.topics().writes())
            .setClientIdPrefix("basalt-ingest")
            .setStartingOffsets(new NoOffsets())
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
    IngestTask task = IngestTask.join(options, context.getIndexOfSubtask());
    try {
      return new StoreSourceReader(kafka.createReader(context), task);
    } catch (Exception e) {
      task.leave();
      throw e;
    }
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return kafka.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws Exception {
    return kafka.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return kafka.getEnumeratorCheckpointSerializer();
  }

  /** A marker for every partition: the reader knows better, and nothing resets by itself. */
  private static final class NoOffsets implements OffsetsInitializer {
    private static final long serialVersionUID = 1;

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      partitions.forEach(p -> offsets.put(p, KafkaPartitionSplit.EARLIEST_OFFSET));
      return offsets;
    }

    @Override
    @SuppressWarnings("deprecation") // the connector's interface names this enum
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
      return OffsetResetStrategy.NONE;
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
