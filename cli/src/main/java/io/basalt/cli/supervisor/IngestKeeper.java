package io.basalt.cli.supervisor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one ingest job on the cluster while it is wished for. A job that ended, or that a new
 * JobManager has never heard of, is submitted again; ingest needs no state of an earlier run.
 */
final class IngestKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(IngestKeeper.class);
  private static final long PAUSE_AFTER_FAILURE = Duration.ofSeconds(2).toNanos();

  private final StoreDirectory directory;
  private final String jobName;
  private final int restPort;
  private final FlinkRest rest;
  private final IngestSubmission submission;
  private final LongSupplier nanoTime;
  private String state = "starting";
  private String job;
  private String problem;
  private long notBefore;

  IngestKeeper(
      StoreDirectory directory,
      String jobName,
      int restPort,
      IngestSubmission submission,
      LongSupplier nanoTime) {
    this.directory = directory;
    this.jobName = jobName;
    this.restPort = restPort;
    this.rest = new FlinkRest(Loopback.HOST + ":" + restPort);
    this.submission = submission;
    this.nanoTime = nanoTime;
    this.notBefore = nanoTime.getAsLong();
  }

  /** One look at the cluster and what follows from it. */
  void keep() {
    try {
      IngestWish wish = IngestWish.read(directory);
      Optional<FlinkRest.Job> found =
          rest.jobs().stream()
              .filter(listed -> listed.name().equals(jobName) && !listed.ended())
              .findFirst();
      if (found.isPresent()) {
        observe(found.get(), wish);
      } else {
        missing(wish);
      }
    } catch (IOException e) {
      state = "starting";
      problem = "Flink's JobManager does not answer at " + Loopback.HOST + ":" + restPort;
    }
  }

  private void observe(FlinkRest.Job found, IngestWish wish) throws IOException {
    job = found.id();
    if (!wish.run()) {
      rest.cancel(job);
      state = "stopping";
      problem = null;
    } else {
      IngestState seen = IngestState.of(rest, found);
      state = seen.state();
      problem = state.equals("running") ? null : seen.problem().orElse(problem);
    }
  }

  private void missing(IngestWish wish) throws IOException {
    if (!wish.run()) {
      state = "stopped";
      problem = "ingest is stopped; basalt ingest starts it";
      return;
    }
    if (job != null) {
      // A job restarts by itself for as long as that may help: this one was refused or taken over.
      problem = failure(job).map(why -> "ingest failed: " + why).orElse("ingest ended");
      state = "failed";
      job = null;
    }
    if (nanoTime.getAsLong() < notBefore || rest.taskManagers() == 0) {
      return;
    }
    notBefore = nanoTime.getAsLong() + PAUSE_AFTER_FAILURE;
    try {
      submission.submit(Loopback.HOST, restPort, wish.acceptLoss());
      state = "starting";
      if (wish.acceptLoss()) {
        // Said once, it holds for one start: a later loss is asked about again.
        new IngestWish(true, false).write(directory);
      }
    } catch (Exception e) {
      state = "failed";
      problem = "ingest cannot start: " + Sentences.of(e);
      LOG.warn("{}", problem, e);
    }
  }

  /** Why a job ended; empty if the JobManager is a new one that has never heard of it. */
  private Optional<String> failure(String id) throws IOException {
    try {
      return rest.failure(id);
    } catch (FileNotFoundException unknown) {
      return Optional.empty();
    }
  }

  void cancel() {
    try {
      if (job != null) {
        rest.cancel(job);
      }
    } catch (IOException e) {
      // The JobManager is gone, and the job with it.
      job = null;
    }
  }

  String state() {
    return state;
  }

  String job() {
    return job;
  }

  String problem() {
    return problem;
  }
}
