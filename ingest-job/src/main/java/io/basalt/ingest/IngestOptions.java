package io.basalt.ingest;

import io.basalt.flink.JobArguments;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Set;

/**
 * Arguments of the ingest job.
 *
 * @param config path of basalt.yaml, the same on every TaskManager
 * @param acceptLoss go on where Kafka lost or replaced records
 * @param parallelism tasks that read and write; 0 takes the environment's
 */
public record IngestOptions(String config, boolean acceptLoss, int parallelism)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Parses the command line.
   *
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  public static IngestOptions parse(String[] arguments) {
    JobArguments parsed =
        JobArguments.parse(arguments, Set.of("config", "parallelism"), Set.of("accept-loss"));
    int parallelism = parsed.number("parallelism").orElse(0);
    if (parallelism < 0) {
      throw new IllegalArgumentException("argument --parallelism is negative: " + parallelism);
    }
    return new IngestOptions(
        parsed.path("config").toAbsolutePath().normalize().toString(),
        parsed.has("accept-loss"),
        parallelism);
  }

  Path configFile() {
    return Path.of(config);
  }
}
