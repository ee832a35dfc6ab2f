package io.basalt.cli.supervisor;

import io.basalt.storage.config.StoreConfig;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;

/** All batch jobs that a store needs again and again, on one cluster. One thread keeps them. */
public final class JobSchedules implements AutoCloseable {
  private final JobKeeper compaction;
  private final JobKeeper migrate;

  JobSchedules(
      StoreConfig config,
      String host,
      int port,
      JobSubmission compacting,
      JobSubmission migration) {
    Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    compaction =
        new JobKeeper(
            JobSchedule.compaction(config), host, port, compacting, clock, System::nanoTime);
    migrate =
        new JobKeeper(JobSchedule.migrate(config), host, port, migration, clock, System::nanoTime);
  }

  /** The jobs of a store on the cluster at a REST address. */
  public static JobSchedules on(StoreConfig config, String host, int port, RemoteJobs.Jars jars) {
    return new JobSchedules(
        config,
        host,
        port,
        (h, p) -> RemoteJobs.compact(h, p, config, jars),
        (h, p) -> RemoteJobs.migrate(h, p, config, jars));
  }

  /** Looks where it is time, and submits what has work to do. To be called about twice a second. */
  public void keep() {
    compaction.keep();
    migrate.keep();
  }

  /** By name: the last run, when the next look is due, and what keeps the job from its work. */
  public Map<String, JobRuns> runs() {
    return Map.of("migrate", migrate.runs(), "compact", compaction.runs());
  }

  @Override
  public void close() {
    compaction.close();
    migrate.close();
  }
}
