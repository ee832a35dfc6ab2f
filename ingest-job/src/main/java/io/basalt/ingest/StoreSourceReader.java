package io.basalt.ingest;

import io.basalt.kafka.WriteRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads its share of the partitions from the positions of the head, whatever a checkpoint says, and
 * hands on only what the writer of its task has room for: a full store stops the reading, not the
 * task, so barriers still pass. The record that found no room waits here, and is in no checkpoint,
 * since the root says where to read on.
 */
@SuppressWarnings("try") // Flink closes a reader with any exception
final class StoreSourceReader implements SourceReader<ReadRecord, KafkaPartitionSplit> {
  private final SourceReader<WriteRecord, KafkaPartitionSplit> kafka;
  private final IngestTask task;
  private final Map<Integer, Long> next = new HashMap<>();
  private final Output output = new Output();
  private ReadRecord held;
  private boolean begun;

  StoreSourceReader(SourceReader<WriteRecord, KafkaPartitionSplit> kafka, IngestTask task) {
    this.kafka = kafka;
    this.task = task;
  }

  @Override
  public void start() {
    kafka.start();
    String topic = task.plan().incarnation().topic();
    List<KafkaPartitionSplit> own = new ArrayList<>();
    task.starts()
        .forEach(
            (partition, start) -> {
              next.put(partition, start.seek());
              own.add(new KafkaPartitionSplit(new TopicPartition(topic, partition), start.seek()));
            });
    kafka.addSplits(own);
  }

  /** Splits of a checkpoint say where an earlier run was: the root says where this one begins. */
  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {}

  @Override
  public InputStatus pollNext(ReaderOutput<ReadRecord> to) throws Exception {
    if (!begun) {
      if (!task.admits(0)) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      begun = true;
      task.coverLost();
    }
    InputStatus status = held == null ? kafka.pollNext(output) : InputStatus.MORE_AVAILABLE;
    if (held != null) {
      if (!task.admits(held.record().payloadBytes())) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      to.collect(held);
      held = null;
    }
    if (status != InputStatus.MORE_AVAILABLE) {
      task.idle();
    }
    return status;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (begun && held == null) {
      return kafka.isAvailable();
    }
    boolean admits = task.admits(held == null ? 0 : held.record().payloadBytes());
    return admits ? CompletableFuture.completedFuture(null) : task.room();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    return List.of();
  }

  @Override
  public void notifyNoMoreSplits() {
    throw new IllegalStateException("no one hands out splits, and a topic has no end");
  }

  @Override
  public void close() throws Exception {
    try {
      kafka.close();
    } finally {
      task.leave();
    }
  }

  private ReadRecord positioned(WriteRecord record) {
    Long from = next.put(record.partition(), record.offset() + 1);
    if (from == null) {
      throw new IllegalStateException(
          "partition " + record.partition() + " was never assigned to this reader");
    }
    return new ReadRecord(from, record);
  }

  /** Takes one record at a time, and adds where the one before it ended. */
  private final class Output implements ReaderOutput<WriteRecord> {
    @Override
    public void collect(WriteRecord record) {
      if (held != null) {
        throw new IllegalStateException("Kafka's reader hands on one record for each poll");
      }
      held = positioned(record);
    }

    @Override
    public void collect(WriteRecord record, long timestamp) {
      collect(record);
    }

    @Override
    public SourceOutput<WriteRecord> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {}

    // Nothing in this job looks at event time.
    @Override
    public void emitWatermark(Watermark watermark) {}

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}
  }
}
