package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.FlinkRest;
import io.basalt.cli.supervisor.IngestWish;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.cli.supervisor.RemoteJobs;
import io.basalt.cli.supervisor.Sentences;
import io.basalt.ingest.IngestJob;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.ingest.IngestAttempts;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ingest", description = "Start or stop the ingest job, here or on another cluster.")
public final class IngestCommand extends StoreCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "the REST address of a Flink 2.2 cluster; the local one without it")
  private String target;

  @Option(names = "--stop", description = "stop it; what is not applied yet stays in Kafka")
  private boolean stop;

  @Option(
      names = "--accept-loss",
      description = "go on although Kafka lost records that were not applied")
  private boolean acceptLoss;

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    if (target != null) {
      return elsewhere(config);
    }
    LocalCluster cluster = cluster();
    if (cluster.state().isEmpty()) {
      throw new Failure(
          "nothing runs here: start it with "
              + Hints.on(config.file(), "up")
              + ", or name a cluster with --target HOST:PORT");
    }
    new IngestWish(!stop, acceptLoss).write(cluster.directory());
    String wanted = stop ? "stopped" : "running";
    Await.until(
        PATIENCE,
        () -> state(cluster).ingest().equals(wanted),
        () ->
            "ingest is not %s after %d s: %s"
                .formatted(wanted, PATIENCE.toSeconds(), state(cluster).problem()));
    out().println("ingest is " + wanted);
    return 0;
  }

  private static LocalState state(LocalCluster cluster) {
    return cluster.state().orElseThrow(() -> new Failure("the supervisor ended meanwhile"));
  }

  private int elsewhere(StoreConfig config) throws Exception {
    TargetCluster cluster = TargetCluster.parse(target, spec()).checked();
    if (stop) {
      stop(cluster.rest(), config);
      return 0;
    }
    Optional<String> running = running(cluster.rest(), config);
    if (running.isPresent()) {
      out().println("ingest is job " + running.get() + " of http://" + target + " already");
      return 0;
    }
    createTopics(config);
    String job =
        RemoteJobs.ingest(
            cluster.host(), cluster.port(), config, acceptLoss, RemoteJobs.jars(cluster.rest()));
    out().println("ingest is job " + job + " of http://" + target);
    return 0;
  }

  private static Optional<String> running(FlinkRest rest, StoreConfig config) throws IOException {
    return rest.jobs().stream()
        .filter(job -> job.name().equals(IngestJob.name(config)) && !job.ended())
        .map(FlinkRest.Job::id)
        .findFirst();
  }

  /** Returns when no ingest runs there any more, and none is wanted. */
  private void stop(FlinkRest rest, StoreConfig config) throws Exception {
    Optional<String> job = running(rest, config);
    if (job.isEmpty()) {
      out().println("no ingest ran there");
      return;
    }
    rest.cancel(job.get());
    Await.until(
        PATIENCE,
        () -> running(rest, config).isEmpty(),
        () -> "job %s does not end; see http://%s".formatted(job.get(), target));
    endAttempts(config);
    out().println("stopped job " + job.get());
  }

  /** Else a schedule would submit it again once the cluster has forgotten that it was stopped. */
  private static void endAttempts(StoreConfig config) {
    try (StoreCommits store = StoreCommits.open(config)) {
      if (IngestAttempts.anyLive(store.head())) {
        store.commit(IngestAttempts.end());
      }
    } catch (Failure
        | IOException
        | ArbiterException
        | CommitConflictException
        | CommitUnknownException e) {
      throw new Failure(
          "the job is stopped, but the store does not know: a basalt schedule may submit it again"
              + " when Flink has forgotten it; "
              + Sentences.of(e),
          e);
    }
  }

  private static void createTopics(StoreConfig config) throws IOException {
    KafkaCheck.requireAnswer(config);
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()))) {
      NewTopics.create(admin, config.kafka(), config.maxRecord());
    }
  }
}
