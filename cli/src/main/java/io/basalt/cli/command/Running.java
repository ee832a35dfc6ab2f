package io.basalt.cli.command;

import io.basalt.cli.supervisor.FlinkRest;
import io.basalt.cli.supervisor.IngestState;
import io.basalt.cli.supervisor.JobRuns;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.compaction.CompactionJob;
import io.basalt.ingest.IngestJob;
import io.basalt.migrate.MigrateJob;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What runs for a store: on this machine, as its supervisor says, or on a cluster, as that says.
 *
 * @param flink REST address
 * @param ingest running, starting, restarting, stopped, failed or down
 * @param ingestJob null where there is none
 * @param problem why ingest does not run, or null
 * @param jobs the scheduled jobs by their commands' names
 * @param processes of this machine
 */
record Running(
    String flink,
    String ingest,
    String ingestJob,
    String problem,
    Map<String, JobRuns> jobs,
    List<LocalState.Service> processes) {
  static Running of(LocalState state) {
    return new Running(
        state.flink(),
        state.ingest(),
        state.ingestJob(),
        state.problem(),
        state.jobs(),
        state.services());
  }

  /** What a cluster says; who schedules its jobs is not known there. */
  static Running at(TargetCluster cluster, StoreConfig config) throws IOException {
    FlinkRest rest = cluster.rest();
    List<FlinkRest.Job> jobs = rest.jobs();
    Map<String, JobRuns> scheduled =
        Map.of(
            "migrate", last(jobs, MigrateJob.name(config)),
            "compact", last(jobs, CompactionJob.name(config)));
    Optional<FlinkRest.Job> newest = newest(jobs, IngestJob.name(config));
    if (newest.isPresent() && !newest.get().ended()) {
      IngestState state = IngestState.of(rest, newest.get());
      return new Running(
          cluster.toString(),
          state.state(),
          newest.get().id(),
          state.problem().orElse(null),
          scheduled,
          List.of());
    }
    String why =
        "no ingest runs at %s; start it with ingest --target %s".formatted(cluster, cluster);
    if (newest.isPresent()) {
      why = rest.failure(newest.get().id()).map(failure -> "ingest failed: " + failure).orElse(why);
    }
    return new Running(cluster.toString(), "down", null, why, scheduled, List.of());
  }

  private static JobRuns last(List<FlinkRest.Job> jobs, String name) {
    return newest(jobs, name)
        .map(job -> new JobRuns(Instant.ofEpochMilli(job.startedMillis()).toString(), null, null))
        .orElse(JobRuns.NEVER);
  }

  private static Optional<FlinkRest.Job> newest(List<FlinkRest.Job> jobs, String name) {
    return jobs.stream()
        .filter(job -> job.name().equals(name))
        .max(
            // One that runs counts, whatever a clock that was set back says of those before.
            Comparator.<FlinkRest.Job, Boolean>comparing(job -> !job.ended())
                .thenComparing(FlinkRest.Job::startedMillis));
  }
}
