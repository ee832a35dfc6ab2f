package io.basalt.cli.command;

import io.basalt.cli.supervisor.FlinkRest;
import io.basalt.cli.supervisor.LocalState;
import java.io.IOException;
import java.util.Optional;

/** Why a running ingest does not take records, as its tasks say through Flink's metrics. */
final class Waiting {
  /** The gauge's name; its value is a sentence, or empty. */
  private static final String METRIC = "waiting";

  private Waiting() {}

  static Optional<String> reason(LocalState state) {
    if (state.ingestJob() == null) {
      return Optional.empty();
    }
    try {
      return new FlinkRest(state.flink())
          .metric(state.ingestJob(), METRIC).stream()
              .filter(text -> !text.isBlank() && !text.equals("null"))
              .findFirst();
    } catch (IOException e) {
      return Optional.of("Flink does not answer at " + state.flink());
    }
  }
}
