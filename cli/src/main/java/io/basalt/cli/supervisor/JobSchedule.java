package io.basalt.cli.supervisor;

import io.basalt.compaction.CompactionJob;
import io.basalt.compaction.WorkPlan;
import io.basalt.flink.StoreHandle;
import io.basalt.migrate.MigrateJob;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.AttemptSigns;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.migrate.MigrateAttempts;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.rewrite.RewritePlan.Sparse;
import io.basalt.storage.root.Root;
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
 * @param presence says what its live attempts show, wherever they run
 * @param delay before the first look
 * @param interval between looks
 * @param longestPause between looks at a job that fails or gets nowhere
 */
record JobSchedule(
    String name,
    String job,
    Planning planning,
    Presence presence,
    Duration delay,
    Duration interval,
    Duration longestPause) {

  /** Says what the job would do now; changes nothing. */
  @FunctionalInterface
  interface Planning {
    Work plan() throws IOException;
  }

  /** Looks for live attempts; changes nothing. */
  @FunctionalInterface
  interface Presence {
    AttemptSigns look() throws IOException;
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

  private static AttemptSigns signs(StoreConfig config, String kind) throws IOException {
    try (StoreHandle store = StoreHandle.open(config.file())) {
      Root head = new RootFiles(store.drives(), config.rootCopies()).head();
      return AttemptSigns.of(store.drives(), config.rootCopies(), head, kind);
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** A full store waits for migration, so it is looked for at once. */
  static JobSchedule migrate(StoreConfig config) {
    return new JobSchedule(
        "migrate",
        MigrateJob.name(config),
        () -> Work.of(MigrateJob.planIfDue(config.file())),
        () -> signs(config, MigrateAttempts.KIND),
        Duration.ZERO,
        config.migrate().interval(),
        Duration.ofMinutes(10));
  }

  static JobSchedule compaction(StoreConfig config) {
    return new JobSchedule(
        "compaction",
        CompactionJob.name(config),
        () -> Work.of(CompactionJob.plan(config.file())),
        () -> signs(config, CompactionStart.KIND),
        config.compaction().interval(),
        config.compaction().interval(),
        Duration.ofMinutes(30));
  }
}
