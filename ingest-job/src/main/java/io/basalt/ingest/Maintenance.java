package io.basalt.ingest;

import io.basalt.kafka.TopicException;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.census.Metadata;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.Replaced;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.run.RunMergeChange;
import io.basalt.storage.run.RunMerger;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work beside the commits, on a thread of its own, so that none of it delays an acknowledgement:
 * runs, measurements, the {@link WriteTopic}, and deletion of what is no longer needed: old roots,
 * what ended attempts left behind. What fails here is logged and tried again; only a topic that is
 * no longer what the store began with ends the job.
 */
final class Maintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
  private static final long SECOND = 1;
  private static final long TOPIC_SECONDS = 10;
  private static final long SWEEP_SECONDS = 60;
  // A root more or less in the list is not worth a commit.
  private static final int MANY_ROOTS = 16;

  private final IngestCommitter committer;
  private final RunMaker runs;
  private final RunMerger merger;
  private final Replaced replaced;
  private final Pruner pruner;
  private final Sweeper sweeper;
  private final DriveSet drives;
  private final WriteTopic topic;
  private final CommitterMetrics metrics;
  private final Consumer<Throwable> onFailure;
  private final LongSupplier nanoTime;
  private final Deque<Seen> seen = new ArrayDeque<>();
  private final ScheduledThreadPoolExecutor thread;

  /** The newest root at a time of a clock that never jumps. */
  private record Seen(long nanos, long root) {}

  Maintenance(
      IngestCommitter committer,
      RunMaker runs,
      RunMerger merger,
      Pruner pruner,
      Sweeper sweeper,
      DriveSet drives,
      WriteTopic topic,
      LongSupplier nanoTime,
      CommitterMetrics metrics,
      Consumer<Throwable> onFailure) {
    this.committer = committer;
    this.runs = runs;
    this.merger = merger;
    this.replaced = new Replaced(drives);
    this.pruner = pruner;
    this.sweeper = sweeper;
    this.drives = drives;
    this.topic = topic;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.onFailure = onFailure;
    this.thread = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("basalt-maintenance"));
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  void start() {
    every(SECOND, "making a run", this::makeRun);
    every(SECOND, "merging runs", this::mergeRuns);
    every(SECOND, "deleting what was replaced", () -> replaced.delete(committer.head()));
    every(SECOND, "measuring the lag", () -> metrics.lag(topic.lag(committer.head())));
    every(TOPIC_SECONDS, "checking the topics", () -> topic.check(committer.head()));
    every(TOPIC_SECONDS, "deleting applied records", () -> topic.deleteApplied(committer.head()));
    every(SECOND, "thinning roots", this::thinRoots);
    every(SWEEP_SECONDS, "sweeping", this::sweep);
    every(SWEEP_SECONDS, "measuring metadata", this::measure);
  }

  private void every(long seconds, String what, Step step) {
    thread.scheduleWithFixedDelay(() -> attempt(what, step), seconds, seconds, TimeUnit.SECONDS);
  }

  private void attempt(String what, Step step) {
    try {
      step.run();
    } catch (TopicException e) {
      onFailure.accept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.warn("{} failed and is tried again: {}", what, e.getMessage(), e);
      }
    } catch (Error e) {
      // Thrown on, it would end this step for good, and nobody would know.
      onFailure.accept(e);
    }
  }

  private void makeRun() throws IOException, InterruptedException {
    Root head = committer.head();
    if (!runs.isDue(head)) {
      return;
    }
    Optional<RunChange> change = runs.make(head);
    if (change.isPresent() && commit(change.get()).isPresent()) {
      change.get().made().forEach(replaced::committed);
    }
  }

  /** Small runs become larger ones, so that a reader meets few between compactions. */
  private void mergeRuns() throws IOException, InterruptedException {
    Root head = committer.head();
    if (!merger.isDue(head)) {
      return;
    }
    Optional<RunMergeChange> change = merger.make(head);
    if (change.isPresent() && commit(change.get()).isPresent()) {
      change.get().run().ifPresent(run -> replaced.committed(run.file()));
    }
  }

  /** The root that holds the change; empty if the head no longer says what it expects. */
  private Optional<Root> commit(Change change) throws IOException, InterruptedException {
    try {
      return Optional.of(committer.commit(change).get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommitConflictException) {
        LOG.info("maintenance was overtaken: {}", e.getCause().getMessage());
        return Optional.empty();
      }
      throw new IOException(e.getCause());
    }
  }

  /** Keeps the list of roots short; what the retention says is for the compaction to do. */
  void thinRoots() throws IOException, InterruptedException {
    Root head = committer.head();
    Change thinning = pruner.thinning();
    if (head.kept().size() - preview(head, thinning).kept().size() >= MANY_ROOTS) {
      Optional<Root> thinned = commit(thinning);
      if (thinned.isPresent()) {
        pruner.delete(thinned.get());
      }
    }
  }

  /** Raises the floor above old attempts and deletes what they left behind. */
  void sweep() throws IOException, InterruptedException {
    Root head = committer.head();
    Change raising = Sweeper.raising(Sweeper.GRACE, knownForLong(head));
    if (preview(head, raising).floor() > head.floor()) {
      Optional<Root> raised = commit(raising);
      if (raised.isPresent()) {
        sweeper.delete(raised.get());
      }
    }
  }

  /** The newest root that this process has known for the grace; 0 if none. */
  private long knownForLong(Root head) {
    long now = nanoTime.getAsLong();
    seen.add(new Seen(now, head.number()));
    long known = 0;
    while (now - seen.getFirst().nanos() >= Sweeper.GRACE.toNanos()) {
      known = seen.removeFirst().root();
    }
    return known;
  }

  /** How much of the drives is metadata, and where it has outgrown the reserve. */
  void measure() throws IOException {
    metrics.metadata(Metadata.of(drives, committer.head()));
    Metadata.pastReserve(drives).forEach(past -> LOG.warn("{}", past));
  }

  private static RootBuilder preview(Root head, Change change) throws IOException {
    RootBuilder next = new RootBuilder(head);
    try {
      change.apply(next);
    } catch (CommitConflictException e) {
      throw new IOException(e.getMessage(), e);
    }
    return next;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
