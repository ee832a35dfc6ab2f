package io.basalt.flink;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;

/** Names of jobs on a cluster. It may run those of several stores, so the store is in the name. */
public final class JobName {
  private JobName() {}

  /** Such as {@code basalt-migrate-demo}. */
  public static String of(String job, StoreConfig config) {
    return "basalt-" + job + "-" + config.store();
  }

  /** The same for the store that a job looks after. */
  public static String of(String job, BatchOptions options) {
    return of(job, StoreConfigLoader.load(options.configFile()));
  }
}
