package io.basalt.migrate;

import io.basalt.flink.JobArguments;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Set;

/**
 * Arguments of the migrate job.
 *
 * @param config path of basalt.yaml, the same on every TaskManager
 * @param parallelism workers, each of which makes one stripe at a time
 */
public record MigrateOptions(String config, int parallelism) implements Serializable {
  public static final int DEFAULT_PARALLELISM = 2;
  private static final long serialVersionUID = 1;
  private static final String DRY_RUN = "dry-run";

  public MigrateOptions {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism " + parallelism);
    }
  }

  /** What the command line asks for. */
  record Request(MigrateOptions options, boolean dryRun) {}

  /**
   * Parses the command line.
   *
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  static Request parse(String[] arguments) {
    JobArguments parsed =
        JobArguments.parse(arguments, Set.of("config", "parallelism"), Set.of(DRY_RUN));
    MigrateOptions options =
        new MigrateOptions(
            parsed.path("config").toAbsolutePath().normalize().toString(),
            parsed.number("parallelism").orElse(DEFAULT_PARALLELISM));
    return new Request(options, parsed.has(DRY_RUN));
  }

  Path configFile() {
    return Path.of(config);
  }
}
