package io.basalt.ingest;

import io.basalt.kafka.StartPlan.Start;
import io.basalt.kafka.WriteRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/**
 * Reads from the positions of the head, whatever a split says, and only while the writer of its
 * task has room: a full store stops the reading, not the task, so barriers still pass.
 */
@SuppressWarnings("try") // Flink closes a reader with any exception
final class StoreSourceReader implements SourceReader<ReadRecord, KafkaPartitionSplit> {
  private final SourceReader<WriteRecord, KafkaPartitionSplit> kafka;
  private final IngestTask task;
  private final Map<Integer, Long> next = new HashMap<>();
  private Output output;

  StoreSourceReader(SourceReader<WriteRecord, KafkaPartitionSplit> kafka, IngestTask task) {
    this.kafka = kafka;
    this.task = task;
  }

  @Override
  public void start() {
    kafka.start();
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    List<KafkaPartitionSplit> placed = new ArrayList<>();
    for (KafkaPartitionSplit split : splits) {
      Start start = task.plan().starts().get(split.getPartition());
      // A checkpoint may be of a topic that was replaced since, or had other partitions.
      if (split.getTopic().equals(task.plan().incarnation().topic()) && start != null) {
        next.put(split.getPartition(), start.from());
        placed.add(new KafkaPartitionSplit(split.getTopicPartition(), start.seek()));
      }
    }
    kafka.addSplits(placed);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ReadRecord> to) throws Exception {
    if (!task.admits()) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    if (output == null || output.to != to) {
      output = new Output(to);
    }
    InputStatus status = kafka.pollNext(output);
    if (status != InputStatus.MORE_AVAILABLE) {
      task.idle();
    }
    return status;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return task.admits() ? kafka.isAvailable() : task.room();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    return kafka.snapshotState(checkpoint);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    kafka.notifyCheckpointComplete(checkpoint);
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) throws Exception {
    kafka.notifyCheckpointAborted(checkpoint);
  }

  @Override
  public void notifyNoMoreSplits() {
    kafka.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    kafka.handleSourceEvents(event);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
    kafka.pauseOrResumeSplits(pause, resume);
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

  /** Adds to each record where the one before it ended. */
  private final class Output implements ReaderOutput<WriteRecord> {
    private final ReaderOutput<ReadRecord> to;

    Output(ReaderOutput<ReadRecord> to) {
      this.to = to;
    }

    @Override
    public void collect(WriteRecord record) {
      to.collect(positioned(record));
    }

    @Override
    public void collect(WriteRecord record, long timestamp) {
      to.collect(positioned(record));
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
