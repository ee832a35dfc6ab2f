package io.basalt.ingest;

import io.basalt.flink.TaskManagerName;
import io.basalt.kafka.Decoded;
import io.basalt.kafka.Decoded.Accepted;
import io.basalt.kafka.Decoded.Rejected;
import io.basalt.kafka.Reject;
import io.basalt.kafka.WriteRecord;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Stages what its source reads and flushes it. One flush is under way at a time; the next one
 * starts when it has ended and the source has nothing at hand, much is staged, or the oldest record
 * gets {@code commit-interval} old. Everything is flushed before a barrier.
 */
final class WriterOperator extends AbstractStreamOperator<FlushMessage>
    implements OneInputStreamOperator<ReadRecord, FlushMessage> {
  private static final long serialVersionUID = 1;
  private static final long MUCH_BYTES = 4 << 20;
  private static final long ASK_AGAIN_MILLIS = 50;
  private static final int MAX_UPLOADS = 100_000;

  /** Flushing, and the rejects and publishes that the flush covers. */
  private record InFlight(
      CompletableFuture<Flushed> flushed, List<Reject> rejects, List<Published> published) {}

  private final IngestOptions options;
  private final transient MailboxExecutor mailbox;
  private transient IngestTask task;
  private transient SegmentWriter segments;
  private transient WriteRecordDecoder decoder;
  private transient Incarnation incarnation;
  private transient long commitIntervalNanos;
  private transient List<Reject> rejects;
  private transient InFlight inFlight;
  private transient boolean covered;
  private transient long oldestNanos;
  private transient Counter records;
  private transient Counter bytes;
  private transient Counter rejected;

  WriterOperator(StreamOperatorParameters<FlushMessage> parameters, IngestOptions options) {
    super(parameters);
    this.options = options;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void open() throws Exception {
    super.open();
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    task =
        IngestTask.join(
            options, subtask, getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    segments = task.segments();
    decoder = task.decoder();
    incarnation = task.plan().incarnation();
    commitIntervalNanos = task.config().commitInterval().toNanos();
    rejects = new ArrayList<>();
    MetricGroup metrics = getMetricGroup();
    records = metrics.counter("records");
    bytes = metrics.counter("bytes");
    rejected = metrics.counter("rejects");
    metrics.gauge("waiting", (Gauge<String>) this::waiting);
    for (StoreConfig.DriveConfig drive : task.config().drives()) {
      if (drive.tier() == Tier.SCM) {
        MetricGroup group = metrics.addGroup("drive", drive.id());
        group.gauge("bytes", (Gauge<Long>) () -> segments.writtenBytes(drive.id()));
      }
    }
    task.onIdle(this::flushIfFree);
    output.collect(
        new StreamRecord<>(
            FlushMessage.first(
                task.leaveToken(TaskManagerName.of(getRuntimeContext())),
                incarnation,
                subtask,
                task.beginnings())));
    long pauseMillis =
        Math.max(1, Math.min(task.config().commitInterval().toMillis(), ASK_AGAIN_MILLIS));
    new Ticker(getProcessingTimeService(), pauseMillis, this::tick).start();
  }

  // Read by the thread of the metrics; both are single references.
  private String waiting() {
    return task.isWaiting() ? segments.waiting().orElse("") : "";
  }

  @Override
  public void processElement(StreamRecord<ReadRecord> element) throws Exception {
    ReadRecord read = element.getValue();
    WriteRecord record = read.record();
    Optional<String> reason = apply(decoder.decode(record));
    if (reason.isPresent()) {
      rejects.add(Reject.of(incarnation.topic(), incarnation.topicId(), record, reason.get()));
      task.pendingRejects(rejects.size());
      rejected.inc();
    }
    segments.cover(
        new Range(
            incarnation.number(),
            record.partition(),
            read.from(),
            record.offset() + 1,
            record.leaderEpoch()));
    records.inc();
    bytes.inc(record.payloadBytes());
    if (!covered) {
      covered = true;
      oldestNanos = System.nanoTime();
    }
    if (segments.stagedBytes() >= MUCH_BYTES) {
      flushIfFree();
    }
  }

  /** Stages what is right, and says why the rest is not. */
  private Optional<String> apply(Decoded decoded) throws IOException {
    if (decoded instanceof Rejected bad) {
      return Optional.of(bad.reason());
    }
    Accepted accepted = (Accepted) decoded;
    Event event = accepted.event();
    if (event.op() == Op.PUBLISH) {
      Optional<String> reason = task.uploads().publish(event);
      if (reason.isPresent()) {
        return reason;
      }
    } else if (event.op() == Op.UPLOAD) {
      task.uploads().part(event, accepted.payload().remaining());
    }
    segments.add(event, accepted.payload());
    return Optional.empty();
  }

  private void tick() throws IOException {
    if (task.uploads().size() > MAX_UPLOADS) {
      task.forgetCommittedUploads();
    }
    if (!covered || isOld()) {
      flushIfFree();
    }
    if (task.isWaiting()) {
      task.askAgain();
    }
  }

  /** Whether the oldest record that is staged has waited for the commit interval. */
  private boolean isOld() {
    return System.nanoTime() - oldestNanos >= commitIntervalNanos;
  }

  private void flushIfFree() {
    if (inFlight == null && segments.isFlushDue()) {
      startFlush();
    }
  }

  private void startFlush() {
    InFlight flush = new InFlight(segments.flush(), rejects, task.uploads().takePublished());
    rejects = new ArrayList<>();
    task.pendingRejects(0);
    covered = false;
    inFlight = flush;
    flush
        .flushed()
        .whenComplete((flushed, failure) -> mailbox.execute(() -> end(flush), "flush ended"));
  }

  /** Sends on what was flushed; called once for each flush, by a mail or by {@link #drain}. */
  private void end(InFlight flush) throws IOException {
    if (inFlight != flush) {
      return;
    }
    inFlight = null;
    Flushed flushed = DriveSet.await(flush.flushed());
    output.collect(
        new StreamRecord<>(
            FlushMessage.of(incarnation, flushed, flush.rejects(), flush.published())));
    if (task.isWaiting()) {
      task.askAgain();
    }
    if (segments.stagedBytes() >= MUCH_BYTES || (covered && isOld())) {
      flushIfFree();
    }
  }

  private void drain() throws IOException {
    while (inFlight != null || covered) {
      if (inFlight == null) {
        startFlush();
      }
      end(inFlight);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    drain();
  }

  @Override
  public void finish() throws Exception {
    drain();
    super.finish();
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      if (task != null) {
        task.leave();
        task = null;
      }
    }
  }
}
