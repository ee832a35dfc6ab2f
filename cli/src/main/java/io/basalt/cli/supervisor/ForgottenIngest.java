package io.basalt.cli.supervisor;

import io.basalt.ingest.IngestJob;
import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.IngestAttempts;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Submits ingest again to a cluster that has forgotten it, as a JobManager without high
 * availability does when it starts anew. An ingest that the cluster still knows to have ended was
 * cancelled, refused or taken over: somebody has to decide, and nothing is submitted until one was
 * seen running again. Nor is it where the store's root has no live ingest, which {@code basalt
 * ingest --stop} sees to, or where acknowledgements are still repeated, so that another cluster's
 * ingest is not taken over. For one thread.
 */
public final class ForgottenIngest {
  /** Three times the pause between repeated acknowledgements. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long LOOK_NANOS = Duration.ofSeconds(2).toNanos();

  private final StoreConfig config;
  private final String cluster;
  private final FlinkRest rest;
  private final JobSubmission submission;
  private final LongSupplier nanoTime;
  private final String host;
  private final int port;
  private long nextLook;
  private String ended;
  private String problem;
  private Quiet quiet;

  /** Since when the acknowledgements end at this offset. */
  private record Quiet(long acknowledgements, long sinceNanos) {}

  ForgottenIngest(
      StoreConfig config, String host, int port, JobSubmission submission, LongSupplier nanoTime) {
    this.config = config;
    this.cluster = host + ":" + port;
    this.rest = new FlinkRest(cluster);
    this.host = host;
    this.port = port;
    this.submission = submission;
    this.nanoTime = nanoTime;
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
    long now = nanoTime.getAsLong();
    if (now - nextLook < 0) {
      return;
    }
    try {
      problem = look(now);
    } catch (Exception e) {
      quiet = null;
      problem = "whether ingest runs at %s is not known: %s".formatted(cluster, Sentences.of(e));
    }
    nextLook = now + LOOK_NANOS;
  }

  /** Why no ingest runs on the cluster, or null if one does. */
  public String problem() {
    return problem;
  }

  private String look(long now) throws Exception {
    String name = IngestJob.name(config);
    List<FlinkRest.Job> known =
        rest.jobs().stream().filter(job -> job.name().equals(name)).toList();
    if (!known.stream().allMatch(FlinkRest.Job::ended)) {
      ended = null;
      quiet = null;
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
    return rest.taskManagers() == 0 ? waitForTaskManagers() : submitAfterSilence(now);
  }

  private String waitForTaskManagers() {
    quiet = null;
    return "ingest waits for a TaskManager of " + cluster;
  }

  private String submitAfterSilence(long now) throws Exception {
    long acknowledgements = acknowledgements();
    if (quiet == null || quiet.acknowledgements() != acknowledgements) {
      quiet = new Quiet(acknowledgements, now);
    }
    if (now - quiet.sinceNanos() < PATIENCE.toNanos()) {
      return "%s knows no ingest: it is submitted when none acknowledges anywhere for %d s"
          .formatted(cluster, PATIENCE.toSeconds());
    }
    quiet = null;
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

  /** Where the acknowledgements end; an ingest that runs repeats them every ten seconds. */
  private long acknowledgements() throws IOException, InterruptedException {
    TopicPartition acks = new TopicPartition(config.kafka().topics().acks(), 0);
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()))) {
      return admin
          .listOffsets(Map.of(acks, OffsetSpec.latest()))
          .partitionResult(acks)
          .get()
          .offset();
    } catch (ExecutionException e) {
      throw new IOException("Kafka says nothing of " + acks.topic() + ": " + Sentences.of(e), e);
    }
  }
}
