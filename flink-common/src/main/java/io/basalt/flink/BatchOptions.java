package io.basalt.flink;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Set;

/**
 * Arguments of a job that looks after a store.
 *
 * @param config path of basalt.yaml, the same on every TaskManager
 * @param parallelism workers, each of which does one piece of the plan at a time
 */
public record BatchOptions(String config, int parallelism) implements Serializable {
  public static final int DEFAULT_PARALLELISM = 2;
  private static final long serialVersionUID = 1;
  private static final String DRY_RUN = "dry-run";

  public BatchOptions {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism " + parallelism);
    }
  }

  /** What a command line asks for: the job, or only what it would do. */
  public record Request(BatchOptions options, boolean dryRun) {}

  /**
   * Parses {@code --config FILE [--parallelism N] [--dry-run]}.
   *
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  public static Request parse(String[] arguments) {
    JobArguments parsed =
        JobArguments.parse(arguments, Set.of("config", "parallelism"), Set.of(DRY_RUN));
    BatchOptions options =
        new BatchOptions(
            parsed.path("config").toAbsolutePath().normalize().toString(),
            parsed.number("parallelism").orElse(DEFAULT_PARALLELISM));
    return new Request(options, parsed.has(DRY_RUN));
  }

  public Path configFile() {
    return Path.of(config);
  }
}
