package io.basalt.cli.command;

import io.basalt.cli.supervisor.FlinkRest;
import io.basalt.cli.supervisor.JobRuns;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Why a running ingest does not take records, as its tasks say through Flink's metrics. */
final class Waiting {
  /** The gauge's name; its value is a sentence, or empty. */
  private static final String METRIC = "waiting";

  /** How the sentence begins where migration is what ingest waits for. */
  private static final String FULL = "SCM ";

  private Waiting() {}

  static Optional<String> reason(Running running) {
    if (running.ingestJob() == null) {
      return Optional.empty();
    }
    try {
      return new FlinkRest(running.flink())
          .metric(running.ingestJob(), METRIC).stream()
              .filter(text -> !text.isBlank() && !text.equals("null"))
              .findFirst()
              .map(text -> text.startsWith(FULL) ? text + "; " + migration(running) : text);
    } catch (IOException e) {
      return Optional.of("Flink does not answer at " + running.flink());
    }
  }

  /** When migration makes room, or why it cannot. */
  private static String migration(Running running) {
    JobRuns migrate = running.jobs().getOrDefault("migrate", JobRuns.NEVER);
    if (migrate.problem() != null) {
      return migrate.problem();
    }
    if (migrate.next() == null) {
      return "no migrate is scheduled";
    }
    long seconds = Duration.between(Instant.now(), Instant.parse(migrate.next())).toSeconds();
    return "next migrate in %d s".formatted(Math.max(0, seconds));
  }
}
