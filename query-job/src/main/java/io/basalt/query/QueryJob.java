package io.basalt.query;

import io.basalt.flink.FlinkSettings;
import io.basalt.flink.JobName;
import io.basalt.flink.PinnedRoot;
import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.Moment;
import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads files out of a store: {@code --config FILE (--path P | --prefix P)... --to DIR [--root
 * N|TAG | --as-of TIME] [--parallelism N]}. Prints a {@link QueryReport} as JSON.
 */
public final class QueryJob {
  private QueryJob() {}

  public static void main(String[] arguments) throws Exception {
    QueryOptions options = QueryOptions.parse(arguments);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings());
    System.out.println(run(environment, options).toJson());
  }

  /** Settings for an environment of this job. */
  public static Configuration settings() {
    return FlinkSettings.batch();
  }

  /**
   * Runs the query on an environment made with {@link #settings()} and waits for its end.
   *
   * @throws Exception Flink's, whose innermost cause says what is wrong
   */
  public static QueryReport run(StreamExecutionEnvironment environment, QueryOptions options)
      throws Exception {
    return run(environment, options, QueryRequest.RANGE_BYTES, PinnedRoot::pin);
  }

  /** How the root is kept while the query runs. */
  interface Pinning {
    PinnedRoot pin(StoreHandle store, Moment moment) throws IOException;
  }

  static QueryReport run(
      StreamExecutionEnvironment environment,
      QueryOptions options,
      long rangeBytes,
      Pinning pinning)
      throws Exception {
    try (StoreHandle store = StoreHandle.open(options.configFile());
        PinnedRoot pinned = pinning.pin(store, options.moment())) {
      Export export = Export.create(options.targetDirectory());
      try {
        long root = pinned.number();
        QueryTopology.build(environment, new QueryRequest(options, root, export, rangeBytes));
        return QueryReport.of(root, environment.execute(JobName.of("query", store.config())));
      } finally {
        export.close();
      }
    }
  }
}
