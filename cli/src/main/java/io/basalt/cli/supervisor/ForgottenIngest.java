package io.basalt.cli.supervisor;

import io.basalt.ingest.IngestJob;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.IngestAttempts;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Submits ingest again to a cluster that has forgotten it, as a JobManager without high
 * availability does when it starts anew. An ingest that the cluster still knows to have ended was
 * cancelled, refused or taken over: somebody has to decide, and nothing is submitted until one was
 * seen running again. Nor is it where the store's root has no live ingest, which {@code basalt
 * ingest --stop} sees to, or where acknowledgements are still repeated, so that another cluster's
 * ingest is not taken over. For one thread.
 */
public final class ForgottenIngest {
  /** Longer than ingest waits for a commit whose outcome is unknown, and is silent. */
  static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final long LOOK_NANOS = Duration.ofSeconds(2).toNanos();

  private final StoreConfig config;
  private final String cluster;
  private final FlinkRest rest;
  private final JobSubmission submission;
  private final LongSupplier nanoTime;
  private final IngestSilence silence;
  private final String host;
  private final int port;
  private long nextLook;
  private String ended;
  private String problem;

  ForgottenIngest(
      StoreConfig config, String host, int port, JobSubmission submission, LongSupplier nanoTime) {
    this.config = config;
    this.cluster = host + ":" + port;
    this.rest = new FlinkRest(cluster);
    this.host = host;
    this.port = port;
    this.submission = submission;
    this.nanoTime = nanoTime;
    this.silence = new IngestSilence(AcknowledgedEnd.of(config), nanoTime);
    this.nextLook = nanoTime.getAsLong();
  }

  /** The store's ingest on the cluster at a REST address. */
  public static ForgottenIngest on(
      StoreConfig config, String host, int port, RemoteJobs.Jars jars) {
    return new ForgottenIngest(
        config,
        host,
        port,
        (h, p) -> RemoteJobs.ingest(h, p, config, false, jars),
        System::nanoTime);
  }

  /** Looks if it is time, and submits ingest if it is forgotten. To be called often. */
  public void keep() {
    if (nanoTime.getAsLong() - nextLook < 0) {
      return;
    }
    try {
      problem = look();
    } catch (Exception e) {
      silence.forget();
      problem = "whether ingest runs at %s is not known: %s".formatted(cluster, Sentences.of(e));
    }
    nextLook = nanoTime.getAsLong() + LOOK_NANOS;
  }

  /** Why no ingest runs on the cluster, or null if one does. */
  public String problem() {
    return problem;
  }

  private String look() throws Exception {
    String name = IngestJob.name(config);
    List<FlinkRest.Job> known =
        rest.jobs().stream().filter(job -> job.name().equals(name)).toList();
    if (!known.stream().allMatch(FlinkRest.Job::ended)) {
      ended = null;
      silence.forget();
      return null;
    }
    if (!known.isEmpty()) {
      ended = end(known);
    }
    if (ended != null) {
      return ended;
    }
    if (!isWanted()) {
      return "no ingest is started: " + howToStart();
    }
    return rest.taskManagers() == 0 ? waitForTaskManagers() : submitAfterSilence();
  }

  private String waitForTaskManagers() {
    silence.forget();
    return "ingest waits for a TaskManager of " + cluster;
  }

  private String submitAfterSilence() throws Exception {
    if (silence.look().compareTo(PATIENCE) < 0) {
      return "%s knows no ingest: it is submitted when none acknowledges anywhere for %d s"
          .formatted(cluster, PATIENCE.toSeconds());
    }
    silence.forget();
    return "ingest was forgotten by %s and is job %s now"
        .formatted(cluster, submission.submit(host, port));
  }

  /** How the newest one ended. */
  private String end(List<FlinkRest.Job> known) throws IOException {
    FlinkRest.Job newest =
        known.stream()
            .max(Comparator.comparingLong(FlinkRest.Job::startedMillis))
            .orElseThrow(() -> new IllegalStateException("no job is known"));
    return newest.state().equals("FAILED")
        ? "ingest failed: %s; %s"
            .formatted(rest.failure(newest.id()).orElse("unknown"), howToStart())
        : "ingest was cancelled: " + howToStart();
  }

  private String howToStart() {
    return "basalt ingest --target %s starts it".formatted(cluster);
  }

  private boolean isWanted() throws IOException, ArbiterException {
    try (DriveSet drives = DriveSet.open(config)) {
      return IngestAttempts.anyLive(new RootFiles(drives, config.rootCopies()).head());
    }
  }
}
