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
import java.util.Set;
import java.util.stream.Collectors;

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
   * @param items what it would work on; a run after which all of it is still to be done did
   *     nothing. Empty if that cannot be told
   * @param blocked why it would not do all that it should
   */
  record Work(boolean due, Set<String> items, Optional<String> blocked) {
    Work {
      items = Set.copyOf(items);
    }

    static Work of(MigratePlan plan) {
      return new Work(
          plan.hasWork(),
          plan.stripes().stream()
              .flatMap(stripe -> stripe.segments().stream())
              .map(planned -> planned.segment().segment())
              .collect(Collectors.toSet()),
          plan.blocked());
    }

    /** Merging always gets somewhere; rewriting may find no room, or what it cannot read. */
    static Work of(WorkPlan plan) {
      Set<String> items =
          plan.merge().hasWork()
              ? Set.of()
              : plan.rewrite().sparse().stream().map(Sparse::id).collect(Collectors.toSet());
      return new Work(plan.hasWork(), items, Optional.empty());
    }
  }

  /** A full store waits for migration, so it is looked for at once. */
  static JobSchedule migrate(StoreConfig config) {
    return new JobSchedule(
        "migrate",
        MigrateJob.NAME,
        () -> Work.of(MigrateJob.planIfDue(config.file())),
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
