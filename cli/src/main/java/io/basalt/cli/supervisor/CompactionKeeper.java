package io.basalt.cli.supervisor;

import io.basalt.compaction.CompactionJob;
import io.basalt.storage.compact.CompactionPlan;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The schedule of compaction. Every interval it looks, in this process, whether there is something
 * to merge or to free, and submits the job only then; a job that fails makes the next look come
 * later. Looks take place on a thread of their own.
 */
final class CompactionKeeper implements AutoCloseable {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

  private final Planning planning;
  private final FlinkRest rest;
  private final int restPort;
  private final Duration interval;
  private final CompactionSubmission submission;
  private final Clock clock;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "basalt-compaction-schedule");
            created.setDaemon(true);
            return created;
          });
  private volatile JobRuns runs = JobRuns.NEVER;
  private volatile Instant next;
  private Future<?> look;
  private Instant last;
  private Duration pause;

  /** Says what a compaction would do now. */
  @FunctionalInterface
  interface Planning {
    CompactionPlan plan() throws IOException;
  }

  CompactionKeeper(
      Planning planning,
      int restPort,
      Duration interval,
      CompactionSubmission submission,
      Clock clock) {
    this.planning = planning;
    this.rest = new FlinkRest(Loopback.HOST + ":" + restPort);
    this.restPort = restPort;
    this.interval = interval;
    this.submission = submission;
    this.clock = clock;
    this.pause = interval;
    this.next = clock.instant().plus(interval);
  }

  /** Looks if it is time; called often, on one thread, while the cluster answers. */
  void keep() {
    boolean busy = look != null && !look.isDone();
    if (!busy && !clock.instant().isBefore(next)) {
      look = thread.submit(this::look);
    }
  }

  /** The last run, when the next look is due, and why the last one failed. */
  JobRuns runs() {
    return runs;
  }

  private void look() {
    String problem;
    try {
      problem = compact();
    } catch (Exception e) {
      problem = "compaction cannot be planned or started: " + Sentences.of(e);
    }
    next = clock.instant().plus(pause);
    runs = new JobRuns(last == null ? null : last.toString(), next.toString(), problem);
  }

  /** Submits the job if there is work; why the newest one failed, or null. */
  private String compact() throws Exception {
    Optional<FlinkRest.Job> newest = newestJob();
    newest.ifPresent(job -> last = Instant.ofEpochMilli(job.startedMillis()));
    if (newest.isPresent() && !newest.get().ended()) {
      return runs.problem();
    }
    String problem = null;
    pause = interval;
    if (newest.isPresent() && newest.get().state().equals("FAILED")) {
      problem = "compaction failed: " + rest.failure(newest.get().id()).orElse("unknown");
      Duration later = interval.multipliedBy(4);
      pause = later.compareTo(LONGEST_PAUSE) < 0 ? later : LONGEST_PAUSE;
    }
    if (planning.plan().hasWork()) {
      submission.submit(Loopback.HOST, restPort);
      last = clock.instant();
    }
    return problem;
  }

  private Optional<FlinkRest.Job> newestJob() throws IOException {
    return rest.jobs().stream()
        .filter(job -> job.name().equals(CompactionJob.NAME))
        .max(Comparator.comparingLong(FlinkRest.Job::startedMillis));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
