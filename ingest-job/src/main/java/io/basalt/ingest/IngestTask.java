package io.basalt.ingest;

import io.basalt.flink.DriveToken;
import io.basalt.flink.StoreHandle;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.StartPlan;
import io.basalt.kafka.StartPlan.Start;
import io.basalt.kafka.TopicException;
import io.basalt.kafka.Topics;
import io.basalt.kafka.WriteLogs;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Root;
import io.basalt.storage.segment.SegmentWriter;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.clients.admin.Admin;

/**
 * What the source reader and the writer of one task share: the segments being written, and whether
 * there is room for another record. Both run in the task's own thread, which finds the one instance
 * here; the last of the two that leaves closes it.
 */
final class IngestTask {
  private static final ThreadLocal<IngestTask> CURRENT = new ThreadLocal<>();
  // Rejects are kept in memory until the flush that covers them.
  static final int MAX_REJECTS = 10_000;

  private final StoreHandle store;
  private final Attempt attempt;
  private final int subtask;
  private final StartPlan plan;
  private final Map<Integer, Start> starts;
  private final SegmentWriter segments;
  private final UploadTracker uploads;
  private Optional<Runnable> onIdle = Optional.empty();
  private volatile CompletableFuture<Void> room = CompletableFuture.completedFuture(null);
  private int pendingRejects;
  private int members;

  private IngestTask(
      StoreHandle store,
      Root head,
      Attempt attempt,
      StartPlan plan,
      int subtask,
      int parallelism,
      SecureRandom random) {
    StoreConfig config = store.config();
    this.store = store;
    this.plan = plan;
    this.subtask = subtask;
    this.starts = new TreeMap<>(plan.starts());
    starts.keySet().removeIf(partition -> partition % parallelism != subtask);
    this.attempt = attempt;
    this.segments =
        new SegmentWriter(
            store.drives(),
            SegmentWriter.Options.of(config),
            attempt.toString(),
            subtask,
            random,
            Clock.systemUTC());
    this.uploads = new UploadTracker(uploads(head));
  }

  /** The task of this thread; the first caller opens it. Each caller leaves it once. */
  static IngestTask join(IngestOptions options, int subtask, int parallelism) throws IOException {
    IngestTask task = CURRENT.get();
    if (task == null) {
      task = open(options, subtask, parallelism);
      CURRENT.set(task);
    }
    if (task.subtask != subtask) {
      throw new IllegalStateException(
          "source and writer are chained: subtask " + subtask + " in the task of " + task.subtask);
    }
    task.members++;
    return task;
  }

  // All that may refuse the job comes before the first byte that it writes.
  private static IngestTask open(IngestOptions options, int subtask, int parallelism)
      throws IOException {
    StoreHandle store = null;
    try {
      store = StoreHandle.open(options.configFile());
      RootFiles files = new RootFiles(store.drives(), store.config().rootCopies());
      Root head = files.head();
      SecureRandom random = new SecureRandom();
      Attempt attempt = Attempt.start(head, random);
      StartPlan plan = plan(store.config(), head, options);
      try (Arbiter arbiter = KafkaArbiter.open(store.config().kafka())) {
        RootCommitter.check(files, arbiter, attempt, Clock.systemUTC());
      }
      return new IngestTask(store, head, attempt, plan, subtask, parallelism, random);
    } catch (TopicException | ArbiterException | ConfigException e) {
      close(store);
      throw new SuppressRestartsException(e);
    } catch (IOException | RuntimeException e) {
      close(store);
      throw e;
    }
  }

  private static StartPlan plan(StoreConfig config, Root head, IngestOptions options)
      throws IOException {
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()))) {
      Topics topics = Topics.check(admin, config.kafka());
      return new WriteLogs(admin, config.kafka()).plan(head, topics.writes(), options.accepted());
    }
  }

  private static void close(StoreHandle store) {
    if (store != null) {
      store.close();
    }
  }

  StartPlan plan() {
    return plan;
  }

  /** Where the partitions of this task begin. */
  Map<Integer, Start> starts() {
    return starts;
  }

  /** The first positions of the partitions of this task, for a topic that the store begins with. */
  List<Range> beginnings() {
    return starts.entrySet().stream()
        .map(each -> range(each.getKey(), each.getValue().from(), each.getValue().from()))
        .toList();
  }

  /**
   * Covers offsets that Kafka has lost, once there is room: so that no later start asks about them
   * again, though no record follows them.
   */
  void coverLost() {
    starts.forEach(
        (partition, start) -> {
          if (start.from() < start.seek()) {
            segments.cover(range(partition, start.from(), start.seek()));
          }
        });
  }

  private Range range(int partition, long from, long next) {
    return new Range(plan.incarnation().number(), partition, from, next, -1);
  }

  DriveToken leaveToken(String taskManager) {
    return DriveToken.leave(store.drives(), attempt, taskManager);
  }

  SegmentWriter segments() {
    return segments;
  }

  UploadTracker uploads() {
    return uploads;
  }

  private StoredUploads uploads(Root root) {
    return new StoredUploads(store.drives(), config().rootCopies(), root);
  }

  /** Bounds what is remembered of uploads: what a later root holds in full need not be. */
  void forgetCommittedUploads() throws IOException {
    Root head;
    try {
      head = new RootFiles(store.drives(), config().rootCopies()).head();
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
    Map<Integer, Long> next = new HashMap<>();
    WriteLogs.positions(head, Optional.of(plan.incarnation()))
        .forEach((partition, position) -> next.put(partition, position.next()));
    uploads.rebase(uploads(head), next);
  }

  StoreConfig config() {
    return store.config();
  }

  WriteRecordDecoder decoder() {
    return new WriteRecordDecoder(
        plan.incarnation().number(),
        plan.incarnation().partitions(),
        config().maxRecord(),
        config().maxFileSize());
  }

  /** Whether a record with so many bytes may be handed to the writer; one too large is rejected. */
  boolean admits(int payloadBytes) {
    boolean admits =
        pendingRejects < MAX_REJECTS
            && segments.hasRoomFor(Math.min(payloadBytes, config().maxRecord()));
    if (!admits && room.isDone()) {
      room = new CompletableFuture<>();
      idle();
    }
    return admits;
  }

  /** Completes when it is worth asking again. */
  CompletableFuture<Void> room() {
    return room;
  }

  /** Whether the reader is held back. */
  boolean isWaiting() {
    return !room.isDone();
  }

  void askAgain() {
    room.complete(null);
  }

  void pendingRejects(int count) {
    pendingRejects = count;
  }

  /** The reader has nothing at hand: what is staged need not wait for more. */
  void idle() {
    onIdle.ifPresent(Runnable::run);
  }

  void onIdle(Runnable flush) {
    onIdle = Optional.of(flush);
  }

  void leave() throws IOException {
    members--;
    if (members == 0) {
      try (store;
          segments;
          uploads) {
        CURRENT.remove();
      }
    }
  }
}
