package io.basalt.migrate;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.FlinkSettings;
import io.basalt.flink.JobName;
import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlanner;
import io.basalt.storage.migrate.MigrateStart;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Moves cold segments into stripes: {@code --config FILE [--parallelism N] [--dry-run]}. Prints a
 * {@link MigrateReport} as JSON, or with {@code --dry-run} a {@link PlanReport}.
 */
public final class MigrateJob {
  private static final String JOB = "migrate";

  private MigrateJob() {}

  public static void main(String[] arguments) throws Exception {
    BatchOptions.Request request = BatchOptions.parse(arguments);
    if (request.dryRun()) {
      System.out.println(PlanReport.of(plan(request.options().configFile())).toJson());
      return;
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings());
    System.out.println(run(environment, request.options()).toJson());
  }

  /** Name of a store's job on a cluster. */
  public static String name(StoreConfig config) {
    return JobName.of(JOB, config);
  }

  /** Settings for an environment of this job. */
  public static Configuration settings() {
    return FlinkSettings.scheduledBatch();
  }

  /** What a migration would do now; changes nothing, and needs neither Flink nor Kafka. */
  public static MigratePlan plan(Path config) throws IOException {
    return plan(config, MigrateStart::preview);
  }

  /** The same for whoever asks often: reads no map while the drives give no reason to. */
  public static MigratePlan planIfDue(Path config) throws IOException {
    return plan(
        config, (start, head) -> start.isDue(head) ? start.preview(head) : MigratePlan.NONE);
  }

  @FunctionalInterface
  private interface Planning {
    MigratePlan plan(MigrateStart start, Root head) throws IOException;
  }

  private static MigratePlan plan(Path config, Planning planning) throws IOException {
    try (StoreHandle store = StoreHandle.open(config)) {
      MigratePlanner planner = MigratePlanner.of(store.config(), new SecureRandom());
      Root head = new RootFiles(store.drives(), store.config().rootCopies()).head();
      return planning.plan(new MigrateStart(store.drives(), planner), head);
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Runs a migration on an environment made with {@link #settings()} and waits for its end.
   *
   * @throws Exception Flink's, whose innermost cause says what is wrong
   */
  public static MigrateReport run(StreamExecutionEnvironment environment, BatchOptions options)
      throws Exception {
    MigrateTopology.build(environment, options);
    return MigrateReport.of(environment.execute(JobName.of(JOB, options)));
  }

  /** Starts a migration like {@link #run} and does not wait for it; returns its id. */
  public static String start(StreamExecutionEnvironment environment, BatchOptions options)
      throws Exception {
    MigrateTopology.build(environment, options);
    return environment.executeAsync(JobName.of(JOB, options)).getJobID().toHexString();
  }
}
