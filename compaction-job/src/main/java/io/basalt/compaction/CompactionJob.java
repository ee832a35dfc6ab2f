package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.FlinkSettings;
import io.basalt.flink.JobName;
import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.CompactionPlan;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.rewrite.RewritePlan;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Merges the tree into leaves, frees dead space and rewrites what is sparse: {@code --config FILE
 * [--parallelism N] [--dry-run]}. Prints a {@link CompactionReport} as JSON, or with {@code
 * --dry-run} a {@link PlanReport}.
 */
public final class CompactionJob {
  private static final String JOB = "compact";

  private CompactionJob() {}

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

  /** What a compaction would do now; changes nothing, and needs neither Flink nor Kafka. */
  public static WorkPlan plan(Path config) throws IOException {
    try (StoreHandle store = StoreHandle.open(config)) {
      RootFiles roots = new RootFiles(store.drives(), store.config().rootCopies());
      Root head = roots.head();
      // Where the log ends is not looked up, so that no upload counts as abandoned here.
      Abandonment abandonment =
          CompactionPlan.abandonment(
              store.drives(),
              head,
              List.of(),
              Clock.systemUTC().millis(),
              store.config().compaction().uploadRetention());
      return new WorkPlan(
          CompactionPlan.of(
              store.drives(),
              head,
              CopyPolicy.of(store.config()),
              new Pruner(roots, store.config().retention()).expiry(),
              abandonment),
          RewritePlan.of(store.drives(), head, store.config()));
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Runs a compaction on an environment made with {@link #settings()} and waits for its end.
   *
   * @throws Exception Flink's, whose innermost cause says what is wrong
   */
  public static CompactionReport run(StreamExecutionEnvironment environment, BatchOptions options)
      throws Exception {
    CompactionTopology.build(environment, options);
    return CompactionReport.of(environment.execute(JobName.of(JOB, options)));
  }

  /** Starts a compaction like {@link #run} and does not wait for it; returns its id. */
  public static String start(StreamExecutionEnvironment environment, BatchOptions options)
      throws Exception {
    CompactionTopology.build(environment, options);
    return environment.executeAsync(JobName.of(JOB, options)).getJobID().toHexString();
  }
}
