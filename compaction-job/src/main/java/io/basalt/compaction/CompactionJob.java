package io.basalt.compaction;

import io.basalt.flink.FlinkSettings;
import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.CompactionPlan;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.api.common.BatchShuffleMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Merges the tree into leaves and frees dead space: {@code --config FILE [--parallelism N]
 * [--dry-run]}. Prints a {@link CompactionReport} as JSON, or with {@code --dry-run} a {@link
 * PlanReport}.
 */
public final class CompactionJob {
  /** Name of the job on a cluster. */
  public static final String NAME = "basalt-compact";

  /** The schedule tries again by itself, so a run that fails often gives up. */
  private static final int RESTARTS = 3;

  private CompactionJob() {}

  public static void main(String[] arguments) throws Exception {
    CompactionOptions.Request request = CompactionOptions.parse(arguments);
    if (request.dryRun()) {
      System.out.println(PlanReport.of(plan(request.options().configFile())).toJson());
      return;
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings());
    System.out.println(run(environment, request.options()).toJson());
  }

  /** Settings for an environment of this job: all tasks at once, so that none waits for a whole. */
  public static Configuration settings() {
    Configuration settings = FlinkSettings.batch();
    settings.set(ExecutionOptions.BATCH_SHUFFLE_MODE, BatchShuffleMode.ALL_EXCHANGES_PIPELINED);
    // The adaptive batch scheduler cannot start the ends of a pipelined exchange together.
    settings.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
    return settings;
  }

  /** What a compaction would do now; changes nothing, and needs neither Flink nor Kafka. */
  public static CompactionPlan plan(Path config) throws IOException {
    try (StoreHandle store = StoreHandle.open(config)) {
      return CompactionPlan.of(
          store.drives(), new RootFiles(store.drives(), store.config().rootCopies()).head());
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Runs a compaction on an environment made with {@link #settings()} and waits for its end.
   *
   * @throws Exception Flink's, whose innermost cause says what is wrong
   */
  public static CompactionReport run(
      StreamExecutionEnvironment environment, CompactionOptions options) throws Exception {
    CompactionTopology.build(environment, options);
    return CompactionReport.of(environment.execute(NAME));
  }

  /** Starts a compaction like {@link #run} and does not wait for it. */
  public static void start(StreamExecutionEnvironment environment, CompactionOptions options)
      throws Exception {
    CompactionTopology.build(environment, options);
    environment.executeAsync(NAME);
  }
}
