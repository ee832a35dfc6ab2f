package io.basalt.cli.supervisor;

import io.basalt.storage.commit.AttemptSigns;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * Runs a batch job on its schedule. Every interval it looks, in this process, whether there is
 * anything to do, and submits the job only then. While there is, a job that fails, or does nothing,
 * makes the next look come later. A run that somebody else started, on this cluster or anywhere, is
 * left alone while it is at work. Looks take place on a thread of their own.
 */
final class JobKeeper implements AutoCloseable {
  /** Between looks at attempts that may be at work elsewhere. */
  private static final Duration LOOK_AT_ATTEMPTS = Duration.ofSeconds(10);

  private final JobSchedule schedule;
  private final FlinkRest rest;
  private final String host;
  private final int port;
  private final JobSubmission submission;
  private final Clock clock;
  private final AttemptWatch attempts;
  private final ExecutorService thread;
  private volatile JobRuns runs = JobRuns.NEVER;
  private Future<?> underWay;
  private volatile Instant next;
  private Instant last;
  private volatile Duration pause;
  private Duration untilNext;
  private String submitted;
  private Set<String> planned = Set.of();

  /** Keeps the job on the cluster at this REST address. */
  JobKeeper(
      JobSchedule schedule,
      String host,
      int port,
      JobSubmission submission,
      Clock clock,
      LongSupplier nanoTime) {
    this.schedule = schedule;
    this.rest = new FlinkRest(host + ":" + port);
    this.host = host;
    this.port = port;
    this.submission = submission;
    this.clock = clock;
    this.attempts = new AttemptWatch(nanoTime);
    this.pause = schedule.interval();
    this.next = clock.instant().plus(schedule.delay());
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread created = new Thread(task, "basalt-" + schedule.name() + "-schedule");
              created.setDaemon(true);
              return created;
            });
  }

  /** Looks if it is time; called often, on one thread, while the cluster answers. */
  void keep() {
    boolean busy = underWay != null && !underWay.isDone();
    if (!busy && isDue()) {
      underWay = thread.submit(this::look);
    }
  }

  /** No look is further away than the pause: if it seems so, the clock was set back. */
  boolean isDue() {
    Instant now = clock.instant();
    return !now.isBefore(next) || now.plus(pause).isBefore(next);
  }

  /** The last run, when the next look is due, and what keeps the job from its work. */
  JobRuns runs() {
    return runs;
  }

  /** Looks now. */
  void look() {
    String problem;
    untilNext = null;
    try {
      problem = runIfDue();
    } catch (Exception e) {
      problem = "%s cannot be planned or started: %s".formatted(schedule.name(), Sentences.of(e));
    }
    next = clock.instant().plus(untilNext == null ? pause : untilNext);
    runs = new JobRuns(last == null ? null : last.toString(), next.toString(), problem);
  }

  /** Submits the job if there is work; why not all of it can be done, or null. */
  private String runIfDue() throws Exception {
    List<FlinkRest.Job> listed =
        rest.jobs().stream().filter(job -> job.name().equals(schedule.job())).toList();
    Optional<FlinkRest.Job> newest =
        listed.stream().max(Comparator.comparingLong(FlinkRest.Job::startedMillis));
    newest.ifPresent(job -> last = Instant.ofEpochMilli(job.startedMillis()));
    if (!listed.stream().allMatch(FlinkRest.Job::ended)) {
      return runs.problem();
    }
    // While attempts are watched, a plan is made only once they are gone or dead.
    boolean watched = attempts.isWatching();
    Optional<String> elsewhere = watched ? elsewhere() : Optional.empty();
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    JobSchedule.Work work = schedule.planning().plan();
    if (!work.due()) {
      // Whatever became of the last run: new work is not to wait for it.
      pause = schedule.interval();
      planned = Set.of();
      return work.blocked().orElse(null);
    }
    elsewhere = watched ? Optional.empty() : elsewhere();
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    String problem = failure(ownRun(listed).or(() -> newest), work).or(work::blocked).orElse(null);
    submitted = submission.submit(host, port);
    planned = work.items();
    last = clock.instant();
    return problem;
  }

  /** Says that another run may be at work, and has it looked at again soon. */
  private Optional<String> elsewhere() throws IOException {
    AttemptSigns signs = schedule.presence().look();
    if (!attempts.mayWork(signs)) {
      return Optional.empty();
    }
    untilNext = pause.compareTo(LOOK_AT_ATTEMPTS) < 0 ? pause : LOOK_AT_ATTEMPTS;
    return Optional.of(
        "%s runs elsewhere as attempt %s, or died: no other is started before it ends, or nothing of it changes for %d s"
            .formatted(
                schedule.name(), signs.attempts().get(0).id(), AttemptWatch.PATIENCE.toSeconds()));
  }

  /** Why a run did not do its work; then the next one comes later, else soon again. */
  private Optional<String> failure(Optional<FlinkRest.Job> run, JobSchedule.Work work)
      throws IOException {
    if (run.isPresent() && run.get().state().equals("FAILED")) {
      slower();
      return Optional.of(
          schedule.name() + " failed: " + rest.failure(run.get().id()).orElse("unknown"));
    }
    if (run.isPresent() && !planned.isEmpty() && work.items().containsAll(planned)) {
      slower();
      return Optional.of(schedule.name() + " did nothing: see basalt logs taskmanager");
    }
    pause = schedule.interval();
    return Optional.empty();
  }

  private void slower() {
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(schedule.longestPause()) < 0 ? doubled : schedule.longestPause();
  }

  /** What this schedule submitted last: start times tell nothing after a clock was set back. */
  private Optional<FlinkRest.Job> ownRun(List<FlinkRest.Job> listed) {
    return listed.stream().filter(job -> job.id().equals(submitted)).findFirst();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
