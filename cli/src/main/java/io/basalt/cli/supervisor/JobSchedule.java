package io.basalt.cli.supervisor;

import io.basalt.compaction.CompactionJob;
import io.basalt.compaction.WorkPlan;
import io.basalt.migrate.MigrateJob;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.rewrite.RewritePlan.Sparse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A batch job that a store needs again and again.
 *
 * @param name what sentences call it
 * @param job its name on a cluster
 * @param planning says what it would do now
 * @param delay before the first look
 * @param interval between looks
 * @param longestPause between looks at a job that fails or gets nowhere
 */
record JobSchedule(
    String name,
    String job,
    Planning planning,
    Duration delay,
    Duration interval,
    Duration longestPause) {

  /** Says what the job would do now; changes nothing. */
  @FunctionalInterface
  interface Planning {
    Work plan() throws IOException;
  }

  /**
   * What a job would do.
   *
   * @param due whether there is anything to do
   * @param first what it would do first; a run after which that is the same did nothing. Empty if
   *     that cannot be told
   * @param blocked why it would not do all that it should
   */
  record Work(boolean due, Optional<String> first, Optional<String> blocked) {
    static Work of(MigratePlan plan) {
      return new Work(
          plan.hasWork(),
          plan.stripes().stream()
              .flatMap(stripe -> stripe.segments().stream())
              .map(planned -> planned.segment().segment())
              .findFirst(),
          plan.blocked());
    }

    /** Merging always gets somewhere; rewriting may find no room, or what it cannot read. */
    static Work of(WorkPlan plan) {
      Optional<String> first =
          plan.merge().hasWork()
              ? Optional.empty()
              : plan.rewrite().sparse().stream().map(Sparse::id).findFirst();
      return new Work(plan.hasWork(), first, Optional.empty());
    }
  }

  /** A full store waits for migration, so it is looked for at once. */
  static JobSchedule migrate(StoreConfig config) {
    return new JobSchedule(
        "migrate",
        MigrateJob.NAME,
        () -> Work.of(MigrateJob.plan(config.file())),
        Duration.ZERO,
        config.migrate().interval(),
        Duration.ofMinutes(10));
  }

  static JobSchedule compaction(StoreConfig config) {
    return new JobSchedule(
        "compaction",
        CompactionJob.NAME,
        () -> Work.of(CompactionJob.plan(config.file())),
        config.compaction().interval(),
        config.compaction().interval(),
        Duration.ofMinutes(30));
  }
}
