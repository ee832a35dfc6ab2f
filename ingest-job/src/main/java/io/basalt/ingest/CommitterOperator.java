package io.basalt.ingest;

import io.basalt.flink.StoreHandle;
import io.basalt.flink.TaskManagerName;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.TopicException;
import io.basalt.kafka.Topics;
import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.run.RunMerger;
import io.basalt.storage.segment.SegmentReader;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.clients.admin.Admin;

/**
 * Hands what arrives to the {@link IngestCommitter} and waits for it before a snapshot, so that a
 * completed checkpoint never runs ahead of the root. Keeps no state.
 */
final class CommitterOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<FlushMessage, Void> {
  private static final long serialVersionUID = 1;
  private static final int MAX_BACKLOG = 1_000;

  private final IngestOptions options;
  private final int writers;
  private final transient MailboxExecutor mailbox;
  private transient Deque<AutoCloseable> opened;
  private transient StoreHandle store;
  private transient IngestCommitter committer;
  private transient boolean closing;

  CommitterOperator(StreamOperatorParameters<Void> parameters, IngestOptions options, int writers) {
    super(parameters);
    this.options = options;
    this.writers = writers;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void open() throws Exception {
    super.open();
    opened = new ArrayDeque<>();
    try {
      start();
    } catch (TopicException | ArbiterException | ConfigException e) {
      throw new SuppressRestartsException(e);
    }
  }

  private void start() throws Exception {
    store = opened(StoreHandle.open(options.configFile()));
    StoreConfig config = store.config();
    DriveSet drives = store.drives();
    Clock clock = Clock.systemUTC();
    Admin admin = opened(Admin.create(KafkaSettings.admin(config.kafka())));
    Topics topics = Topics.check(admin, config.kafka());
    Arbiter arbiter = opened(KafkaArbiter.open(config.kafka()));
    RootFiles files = new RootFiles(drives, config.rootCopies());
    Attempt attempt = Attempt.start(files.head(), new SecureRandom());
    CommitterMetrics metrics = new CommitterMetrics(getMetricGroup());
    committer =
        opened(
            new IngestCommitter(
                RootCommitter.open(files, arbiter, attempt, clock),
                KafkaAnnouncer.open(config.kafka(), admin, topics),
                drives,
                clock,
                writers,
                metrics,
                this::fail));
    MirroredFiles mirrored = new MirroredFiles(drives);
    RunMaker runs =
        new RunMaker(
            mirrored,
            new SegmentReader(drives),
            new LocationMapWriter(mirrored, attempt),
            attempt,
            RunMaker.Policy.DEFAULTS,
            clock);
    committer.start();
    opened(
            new Maintenance(
                committer,
                runs,
                new RunMerger(mirrored, attempt, RunMerger.Policy.DEFAULTS, files::read),
                new Pruner(files, config.retention()),
                Sweeps.of(drives, config.rootCopies()),
                drives,
                new WriteTopic(admin, config.kafka(), topics, clock),
                System::nanoTime,
                metrics,
                this::fail))
        .start();
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Fails the task, from another thread. */
  private void fail(Throwable cause) {
    mailbox.execute(
        () -> {
          if (!closing) {
            throw failure(cause);
          }
        },
        "committing failed");
  }

  private static Exception failure(Throwable cause) {
    boolean isFinal =
        cause instanceof EndedException
            || cause instanceof TopicException
            || cause instanceof ArbiterException;
    return isFinal ? new SuppressRestartsException(cause) : new Exception(cause);
  }

  @Override
  public void processElement(StreamRecord<FlushMessage> element) throws Exception {
    if (committer.backlog() > MAX_BACKLOG) {
      settle();
    }
    FlushMessage message = element.getValue();
    if (message.token().isPresent()) {
      message
          .token()
          .get()
          .check(store.drives(), store.config(), TaskManagerName.of(getRuntimeContext()));
    }
    committer.submit(message);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    settle();
  }

  @Override
  public void finish() throws Exception {
    settle();
    super.finish();
  }

  private void settle() throws Exception {
    try {
      committer.settled().get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  @Override
  public void close() throws Exception {
    closing = true;
    Exception first = null;
    while (opened != null && !opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        first = first == null ? e : first;
      }
    }
    super.close();
    if (first != null) {
      throw first;
    }
  }
}
