package io.basalt.cli.supervisor;

import io.basalt.migrate.MigrateJob;
import io.basalt.storage.migrate.MigratePlan;
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
 * The schedule of migration. Every interval it looks, in this process, whether there is something
 * to move, and submits the job only then; a job that fails, or moves nothing, makes the next look
 * come later. Looks take place on a thread of their own.
 */
final class MigrateKeeper implements AutoCloseable {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private final Planning planning;
  private final FlinkRest rest;
  private final int restPort;
  private final Duration interval;
  private final MigrateSubmission submission;
  private final Clock clock;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "basalt-migrate-schedule");
            created.setDaemon(true);
            return created;
          });
  private volatile JobRuns runs = JobRuns.NEVER;
  private Future<?> underWay;
  private volatile Instant next;
  private Instant last;
  private Duration pause;
  private Optional<String> planned = Optional.empty();

  /** Says what a migration would do now. */
  @FunctionalInterface
  interface Planning {
    MigratePlan plan() throws IOException;
  }

  MigrateKeeper(
      Planning planning,
      int restPort,
      Duration interval,
      MigrateSubmission submission,
      Clock clock) {
    this.planning = planning;
    this.rest = new FlinkRest(Loopback.HOST + ":" + restPort);
    this.restPort = restPort;
    this.interval = interval;
    this.submission = submission;
    this.clock = clock;
    this.pause = interval;
    this.next = clock.instant();
  }

  /** Looks if it is time; called often, on one thread, while the cluster answers. */
  void keep() {
    boolean busy = underWay != null && !underWay.isDone();
    if (!busy && !clock.instant().isBefore(next)) {
      underWay = thread.submit(this::look);
    }
  }

  /** The last run, when the next look is due, and what keeps segments from moving. */
  JobRuns runs() {
    return runs;
  }

  /** Looks now. */
  void look() {
    String problem;
    try {
      problem = migrate();
    } catch (Exception e) {
      problem = "migrate cannot be planned or started: " + Sentences.of(e);
    }
    next = clock.instant().plus(pause);
    runs = new JobRuns(last == null ? null : last.toString(), next.toString(), problem);
  }

  /** Submits the job if there is work; why not everything can be moved, or null. */
  private String migrate() throws Exception {
    Optional<FlinkRest.Job> newest = newestJob();
    if (newest.isPresent()) {
      last = Instant.ofEpochMilli(newest.get().startedMillis());
      if (!newest.get().ended()) {
        return runs.problem();
      }
    }
    MigratePlan plan = planning.plan();
    String problem = failure(newest, plan).or(plan::blocked).orElse(null);
    if (plan.hasWork()) {
      submission.submit(Loopback.HOST, restPort);
      planned = first(plan);
      last = clock.instant();
    }
    return problem;
  }

  /** Why the newest run did not do its work; then the next one comes later, else soon again. */
  private Optional<String> failure(Optional<FlinkRest.Job> newest, MigratePlan plan)
      throws IOException {
    if (newest.isPresent() && newest.get().state().equals("FAILED")) {
      slower();
      return Optional.of("migrate failed: " + rest.failure(newest.get().id()).orElse("unknown"));
    }
    if (newest.isPresent() && planned.isPresent() && first(plan).equals(planned)) {
      slower();
      return Optional.of("migrate moved nothing: see basalt logs taskmanager");
    }
    pause = interval;
    return Optional.empty();
  }

  private void slower() {
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private static Optional<String> first(MigratePlan plan) {
    return plan.stripes().stream()
        .flatMap(stripe -> stripe.segments().stream())
        .map(planned -> planned.segment().segment())
        .findFirst();
  }

  private Optional<FlinkRest.Job> newestJob() throws IOException {
    return rest.jobs().stream()
        .filter(job -> job.name().equals(MigrateJob.NAME))
        .max(Comparator.comparingLong(FlinkRest.Job::startedMillis));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
