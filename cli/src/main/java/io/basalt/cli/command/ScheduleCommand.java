package io.basalt.cli.command;

import io.basalt.cli.supervisor.ForgottenIngest;
import io.basalt.cli.supervisor.JobRuns;
import io.basalt.cli.supervisor.JobSchedules;
import io.basalt.cli.supervisor.RemoteJobs;
import io.basalt.storage.config.StoreConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code up} does on its own cluster, for one of yours; ends when it is stopped. */
@Command(
    name = "schedule",
    description =
        "Run migrate and compaction on a Flink cluster of yours when there is work, and submit"
            + " ingest again if the cluster has forgotten it.")
public final class ScheduleCommand extends StoreCommand {
  private static final long LOOK_MILLIS = 500;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      required = true,
      description = "the REST address of a Flink 2.2 cluster")
  private String target;

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    TargetCluster cluster = TargetCluster.parse(target, spec()).checked();
    RemoteJobs.Jars jars = RemoteJobs.jars(cluster.rest());
    Map<String, JobRuns> said = new HashMap<>();
    ForgottenIngest ingest = ForgottenIngest.on(config, cluster.host(), cluster.port(), jars);
    String problem = null;
    try (JobSchedules schedules = JobSchedules.on(config, cluster.host(), cluster.port(), jars)) {
      while (true) {
        schedules.keep();
        schedules.runs().forEach((job, runs) -> say(job, said.put(job, runs), runs));
        ingest.keep();
        if (ingest.problem() != null && !ingest.problem().equals(problem)) {
          out().println(ingest.problem());
        }
        problem = ingest.problem();
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  /** One line for each run, and for each new reason why there is none. */
  private void say(String job, JobRuns before, JobRuns now) {
    JobRuns last = before == null ? JobRuns.NEVER : before;
    if (now.last() != null && !now.last().equals(last.last())) {
      out().println(now.last() + " " + job);
    }
    if (now.problem() != null && !Objects.equals(now.problem(), last.problem())) {
      out().println(now.problem());
    }
  }
}
