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
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
    if (stop) {
      stoppedHere(config);
    }
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
    List<String> running = running(cluster.rest(), config);
    if (!running.isEmpty()) {
      out().println("ingest is job " + running.get(0) + " of http://" + target + " already");
      return 0;
    }
    createTopics(config);
    String job =
        RemoteJobs.ingest(
            cluster.host(), cluster.port(), config, acceptLoss, RemoteJobs.jars(cluster.rest()));
    out().println("ingest is job " + job + " of http://" + target);
    return 0;
  }

  private static List<String> running(FlinkRest rest, StoreConfig config) throws IOException {
    return rest.jobs().stream()
        .filter(job -> job.name().equals(IngestJob.name(config)) && !job.ended())
        .map(FlinkRest.Job::id)
        .toList();
  }

  /** Returns when no ingest runs there any more, and none is wanted. */
  private void stop(FlinkRest rest, StoreConfig config) throws Exception {
    List<String> jobs = running(rest, config);
    for (String job : jobs) {
      rest.cancel(job);
    }
    Await.until(
        PATIENCE,
        () -> running(rest, config).isEmpty(),
        () -> "job %s does not end; see http://%s".formatted(String.join(", ", jobs), target));
    out()
        .println(jobs.isEmpty() ? "no ingest ran there" : "stopped job " + String.join(", ", jobs));
    try {
      remember(config);
    } catch (Failure
        | IOException
        | ArbiterException
        | CommitConflictException
        | CommitUnknownException e) {
      throw new Failure(unknownToStore(e), e);
    }
  }

  /** The supervisor knows, so this is a success also where the store cannot be told. */
  private void stoppedHere(StoreConfig config) throws InterruptedException {
    try {
      remember(config);
    } catch (Failure
        | IOException
        | ArbiterException
        | CommitConflictException
        | CommitUnknownException e) {
      err().println(unknownToStore(e));
    }
  }

  private void remember(StoreConfig config)
      throws IOException,
          ArbiterException,
          CommitConflictException,
          CommitUnknownException,
          InterruptedException {
    if (!new StoppedIngest(config).remember()) {
      out()
          .println(
              "an ingest of this store runs on another cluster: basalt ingest --stop --target"
                  + " HOST:PORT stops it there");
    }
  }

  private static String unknownToStore(Exception failure) {
    return "ingest is stopped, but the store does not know: a basalt schedule may submit it again"
        + " when Flink has forgotten it; "
        + Sentences.of(failure);
  }

  private static void createTopics(StoreConfig config) throws IOException {
    KafkaCheck.requireAnswer(config);
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()))) {
      NewTopics.create(admin, config.kafka(), config.maxRecord());
    }
  }
}
