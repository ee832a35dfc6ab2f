package io.basalt.ingest;

import io.basalt.flink.JobArguments;
import io.basalt.kafka.Acceptance;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Set;

/**
 * Arguments of the ingest job.
 *
 * @param config path of basalt.yaml, the same on every TaskManager
 * @param accepted what Kafka may have lost
 * @param parallelism tasks that read and write; 0 takes the environment's
 */
public record IngestOptions(String config, Acceptance accepted, int parallelism)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Parses the command line. Whoever accepts a loss must see the drives, which say what it is.
   *
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  public static IngestOptions parse(String[] arguments) throws IOException, ArbiterException {
    JobArguments parsed =
        JobArguments.parse(arguments, Set.of("config", "parallelism"), Set.of("accept-loss"));
    int parallelism = parsed.number("parallelism").orElse(0);
    if (parallelism < 0) {
      throw new IllegalArgumentException("argument --parallelism is negative: " + parallelism);
    }
    Path config = parsed.path("config").toAbsolutePath().normalize();
    return new IngestOptions(
        config.toString(),
        parsed.has("accept-loss") ? acceptLoss(StoreConfigLoader.load(config)) : Acceptance.NONE,
        parallelism);
  }

  /** Accepts what Kafka has lost by now of what the store has not applied. */
  public static Acceptance acceptLoss(StoreConfig config) throws IOException, ArbiterException {
    try (DriveSet drives = DriveSet.open(config)) {
      return Acceptance.of(new RootFiles(drives, config.rootCopies()).head());
    }
  }

  Path configFile() {
    return Path.of(config);
  }
}
