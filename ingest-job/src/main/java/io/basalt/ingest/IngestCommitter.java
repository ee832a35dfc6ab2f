package io.basalt.ingest;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.Reject;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootsFullException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Tail;
import io.basalt.storage.segment.SegmentSealer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds what has arrived since the last commit into one root, on a thread of its own. For each
 * root: first the rejects, then the commit, then the acknowledgements.
 *
 * <p>A stop after the rejects repeats them, since their records are read again; a stop after the
 * commit loses acknowledgements, which the next committer makes up for when it starts. So no record
 * is acknowledged before it is visible or rejected, and none is left out.
 */
final class IngestCommitter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IngestCommitter.class);
  private static final Duration REPEAT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(100);
  // Longer than Kafka takes to refuse an append and a drive to miss its deadline.
  private static final Duration UNKNOWN_LIMIT = Duration.ofSeconds(60);
  private static final Duration SAY_AGAIN = Duration.ofSeconds(10);

  /** Something for the committing thread to do. */
  private sealed interface Work {}

  private record Flush(FlushMessage message) implements Work {}

  private record Other(Change change, CompletableFuture<Root> committed) implements Work {}

  private record Settle(CompletableFuture<Void> settled) implements Work {}

  private final RootCommitter roots;
  private final Announcer announcer;
  private final DriveSet drives;
  private final Clock clock;
  private final int writers;
  private final Consumer<Throwable> onFailure;
  private final CommitterMetrics metrics;
  private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Set<String> own = new HashSet<>();
  private final List<FlushMessage> early = new ArrayList<>();
  private final Thread thread;
  private volatile Root head;
  private volatile Throwable failure;
  private boolean tookOver;
  private Instant repeatAt;

  IngestCommitter(
      RootCommitter roots,
      Announcer announcer,
      DriveSet drives,
      Clock clock,
      int writers,
      CommitterMetrics metrics,
      Consumer<Throwable> onFailure) {
    this.roots = roots;
    this.announcer = announcer;
    this.drives = drives;
    this.clock = clock;
    this.writers = writers;
    this.metrics = metrics;
    this.onFailure = onFailure;
    this.head = roots.head();
    this.own.add(roots.attempt().toString());
    this.repeatAt = clock.instant();
    this.thread = DaemonThreads.named("basalt-committer").newThread(this::run);
  }

  /** Repeats the acknowledgement of every position, then commits what is submitted. */
  void start() {
    thread.start();
  }

  /** The newest root that this committer made or found. */
  Root head() {
    return head;
  }

  /** Messages that wait. */
  int backlog() {
    return queue.size();
  }

  void submit(FlushMessage message) {
    add(new Flush(message));
  }

  /** Commits another change between two roots of the ingest. */
  CompletableFuture<Root> commit(Change change) {
    Other other = new Other(change, new CompletableFuture<>());
    add(other);
    return other.committed();
  }

  /** Completes when all that was submitted so far is committed. */
  CompletableFuture<Void> settled() {
    Settle settle = new Settle(new CompletableFuture<>());
    add(settle);
    return settle.settled();
  }

  private void add(Work work) {
    queue.add(work);
    // The thread empties the queue when it fails; what came later would wait for ever.
    if (failure != null) {
      failQueue(failure);
    }
  }

  private void run() {
    List<Work> batch = List.of();
    try {
      repeatIfDue();
      while (true) {
        batch = next();
        work(batch);
        repeatIfDue();
      }
    } catch (InterruptedException stopped) {
      failAll(batch, new IOException("the committer was stopped"));
    } catch (Throwable e) {
      failAll(batch, e);
      if (!thread.isInterrupted()) {
        onFailure.accept(e);
      }
    }
  }

  /** What was taken off the queue is waited for as well; whatever of it is done stays done. */
  private void failAll(List<Work> taken, Throwable cause) {
    failure = cause;
    taken.forEach(work -> fail(work, cause));
    failQueue(cause);
  }

  private void failQueue(Throwable cause) {
    for (Work work = queue.poll(); work != null; work = queue.poll()) {
      fail(work, cause);
    }
  }

  private static void fail(Work work, Throwable cause) {
    if (work instanceof Other other) {
      other.committed().completeExceptionally(cause);
    } else if (work instanceof Settle settle) {
      settle.settled().completeExceptionally(cause);
    }
  }

  /** All that waits; at least one, unless it is time to repeat the acknowledgements. */
  private List<Work> next() throws InterruptedException {
    long millis = Math.max(0, Duration.between(clock.instant(), repeatAt).toMillis());
    List<Work> batch = new ArrayList<>();
    Work first = queue.poll(Math.min(millis, REPEAT.toMillis()), TimeUnit.MILLISECONDS);
    if (first != null) {
      batch.add(first);
      queue.drainTo(batch);
    }
    return batch;
  }

  private void work(List<Work> batch) throws Exception {
    List<FlushMessage> messages = new ArrayList<>();
    for (Work work : batch) {
      if (work instanceof Flush flush) {
        messages.add(flush.message());
      }
    }
    if (!messages.isEmpty()) {
      begin(messages);
    }
    for (Work work : batch) {
      if (work instanceof Other other) {
        commitOther(other);
      } else if (work instanceof Settle settle) {
        settle.settled().complete(null);
      }
    }
  }

  /**
   * Commits nothing before every writer has said where its partitions begin. So the root that names
   * a new incarnation has all its positions, and a stop leaves no half of them.
   */
  private void begin(List<FlushMessage> messages) throws Exception {
    early.addAll(messages);
    messages.forEach(message -> own.add(message.flushed().attempt()));
    // The committer's own attempt is one of them.
    if (own.size() > writers) {
      List<FlushMessage> all = List.copyOf(early);
      early.clear();
      commitFlushes(all);
    }
  }

  private void commitFlushes(List<FlushMessage> messages) throws Exception {
    List<Reject> rejects = new ArrayList<>();
    List<Flushed> flushed = new ArrayList<>();
    List<Published> published = new ArrayList<>();
    Set<Integer> partitions = new HashSet<>();
    for (FlushMessage message : messages) {
      rejects.addAll(message.rejects());
      flushed.add(message.flushed());
      published.addAll(message.published());
      own.add(message.flushed().attempt());
      message.flushed().ranges().stream().map(Range::partition).forEach(partitions::add);
    }
    Incarnation incarnation = messages.get(messages.size() - 1).incarnation();
    if (!tookOver) {
      takeOver(incarnation);
    }
    long rejectsEnd = announcer.reject(rejects);
    long started = System.nanoTime();
    Root root = commitOrEnd(change(flushed, published, incarnation, rejectsEnd));
    metrics.committed(Duration.ofNanos(System.nanoTime() - started));
    announcer.acknowledge(Acknowledgement.of(root, partitions));
  }

  private IngestChange change(
      List<Flushed> flushed, List<Published> published, Incarnation incarnation, long rejectsEnd) {
    return new IngestChange(
        roots.attempt(),
        flushed,
        published,
        own,
        head.incarnations().contains(incarnation) ? Optional.empty() : Optional.of(incarnation),
        rejectsEnd,
        announcer.rejectsTopicId());
  }

  /**
   * Ends the ingest attempts before this one, with a root of its own. Together with flushes it
   * would fail as long as an earlier attempt still commits: that moves the positions which these
   * flushes start from, over and over.
   */
  private void takeOver(Incarnation incarnation) throws Exception {
    Root root = commitOrEnd(change(List.of(), List.of(), incarnation, announcer.reject(List.of())));
    tookOver = true;
    adopt(root);
  }

  /**
   * Seals the segments of earlier attempts where the root says that they end: the root that ended
   * those attempts, since until then they went on. What they or an adoption sealed before gets the
   * same seal again.
   */
  private void adopt(Root root) throws IOException {
    for (Tail tail : root.tails()) {
      if (!own.contains(tail.attempt())) {
        SegmentSealer.seal(drives, tail.location());
      }
    }
  }

  private Root commitOrEnd(Change change) throws Exception {
    try {
      return commitKnown(change);
    } catch (CommitConflictException conflict) {
      head = roots.refresh();
      if (tookOver && !isLive()) {
        throw new EndedException(
            "another ingest job has taken over this store; this one ends: " + conflict.getMessage(),
            conflict);
      }
      throw conflict;
    }
  }

  private boolean isLive() {
    String id = roots.attempt().toString();
    return head.attempts().stream().anyMatch(live -> live.id().equals(id));
  }

  /**
   * Asks again until the outcome is known: the same change proposes the same root. In the end it is
   * left to a new attempt, which opens drives and Kafka anew and finishes what was decided. A root
   * that finds no room waits for it as long as it takes: a new attempt would find none either.
   */
  private Root commitKnown(Change change)
      throws CommitConflictException,
          CommitUnknownException,
          ArbiterException,
          IOException,
          InterruptedException {
    long started = System.nanoTime();
    Duration saidAfter = Duration.ZERO;
    while (true) {
      try {
        head = roots.commit(change);
        metrics.waiting("");
        return head;
      } catch (CommitUnknownException | RootsFullException again) {
        Duration waited = Duration.ofNanos(System.nanoTime() - started);
        if (isForRoom(again)) {
          metrics.waiting("no two root drives of different enclosures have room for a root");
        } else {
          metrics.unknown();
          if (waited.compareTo(UNKNOWN_LIMIT) > 0) {
            throw again;
          }
        }
        if (waited.compareTo(saidAfter) >= 0) {
          saidAfter = waited.plus(SAY_AGAIN);
          LOG.warn("{}; it is tried again", again.getMessage(), again);
        }
        Thread.sleep(PAUSE.toMillis());
      }
    }
  }

  private static boolean isForRoom(Exception failure) {
    return failure instanceof RootsFullException
        || failure.getCause() instanceof RootsFullException;
  }

  private void commitOther(Other other) throws Exception {
    try {
      other.committed().complete(commitKnown(other.change()));
    } catch (CommitConflictException e) {
      head = roots.refresh();
      other.committed().completeExceptionally(e);
    } catch (Exception e) {
      other.committed().completeExceptionally(e);
      throw e;
    }
  }

  private void repeatIfDue() throws IOException {
    Instant now = clock.instant();
    // A clock that jumped back must not silence the acknowledgements.
    if (!now.isBefore(repeatAt) || repeatAt.isAfter(now.plus(REPEAT))) {
      repeatAt = now.plus(REPEAT);
      Set<Integer> all = new HashSet<>();
      head.positions().forEach(position -> all.add(position.partition()));
      announcer.acknowledge(Acknowledgement.of(head, all));
    }
  }

  /**
   * Stops after the commit that is under way, or in the middle of it: either is a stop like any.
   */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    announcer.close();
  }
}
