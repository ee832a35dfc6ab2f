package io.basalt.cli.command;

import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.storage.config.StoreConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "status", description = "Say what runs, how far ingest is, and why it waits.")
public final class StatusCommand extends StoreCommand {
  @Mixin private JsonOption format;

  /** Times of a scheduled job: ISO-8601, or null. */
  record JobRuns(String last, String next) {}

  /**
   * The answer; null where nothing is known.
   *
   * @param lag records of the write topic that are not applied yet
   * @param waiting why something waits
   */
  record Answer(
      String bootstrap,
      String flink,
      String ingest,
      Long root,
      Long lag,
      String waiting,
      Map<String, JobRuns> jobs,
      List<LocalState.Service> processes) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    Optional<LocalState> state = cluster().state();
    StoreProgress progress = StoreProgress.read(config, state.isPresent());
    Answer answer =
        new Answer(
            config.kafka().bootstrap(),
            state.map(LocalState::flink).orElse(null),
            state.map(LocalState::ingest).orElse("down"),
            progress.root(),
            progress.lag(),
            waiting(config, state, progress),
            Map.of("migrate", new JobRuns(null, null), "compact", new JobRuns(null, null)),
            state.map(LocalState::services).orElse(List.of()));
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      print(answer);
    }
    return 0;
  }

  private String waiting(StoreConfig config, Optional<LocalState> state, StoreProgress progress) {
    if (state.isEmpty()) {
      return "nothing runs here; start it with " + Hints.on(config.file(), "up");
    }
    if (state.get().problem() != null) {
      return state.get().problem();
    }
    return Waiting.reason(state.get()).orElse(progress.problem());
  }

  private void print(Answer answer) {
    out()
        .println(
            new Table("kafka", answer.bootstrap())
                .row("flink", answer.flink() == null ? "down" : "http://" + answer.flink())
                .row("ingest", answer.ingest())
                .row("root", answer.root() == null ? "unknown" : answer.root())
                .row("lag", answer.lag() == null ? "unknown" : answer.lag() + " records")
                .row("waiting", answer.waiting() == null ? "no" : answer.waiting()));
    for (LocalState.Service process : answer.processes()) {
      out()
          .printf(
              "%-12s pid %d, restarted %d times%n",
              process.name(), process.pid(), process.restarts());
    }
  }
}
