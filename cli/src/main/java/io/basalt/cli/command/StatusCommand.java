package io.basalt.cli.command;

import io.basalt.cli.show.Fields;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.supervisor.JobRuns;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.storage.census.Metadata;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Say what runs, how far ingest is, and why it waits.")
public final class StatusCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "the REST address of a Flink 2.2 cluster; this machine's without it")
  private String target;

  /** The jobs that a store schedules, in the order of the answer. */
  private static final List<String> SCHEDULED = List.of("migrate", "compact");

  /**
   * The answer; null where nothing is known.
   *
   * @param lag records of the write topic that are not applied yet
   * @param waiting why something waits
   * @param warnings what will stand in the way one day
   */
  record Answer(
      String bootstrap,
      String flink,
      String ingest,
      Long root,
      Long lag,
      String waiting,
      List<String> warnings,
      Map<String, JobRuns> jobs,
      List<LocalState.Service> processes) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    Optional<Running> running = running(config);
    StoreProgress progress = StoreProgress.read(config, running.isPresent());
    Answer answer =
        new Answer(
            config.kafka().bootstrap(),
            running.map(Running::flink).orElse(null),
            running.map(Running::ingest).orElse("down"),
            progress.root(),
            progress.lag(),
            waiting(config, running, progress),
            warnings(config),
            jobs(running),
            running.map(Running::processes).orElse(List.of()));
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      print(config, answer);
    }
    return 0;
  }

  private Optional<Running> running(StoreConfig config) throws IOException {
    return target == null
        ? cluster().state().map(Running::of)
        : Optional.of(Running.at(TargetCluster.parse(target, spec()).checked(), config));
  }

  private static Map<String, JobRuns> jobs(Optional<Running> running) {
    Map<String, JobRuns> jobs = new LinkedHashMap<>();
    SCHEDULED.forEach(name -> jobs.put(name, JobRuns.NEVER));
    running.ifPresent(known -> jobs.putAll(known.jobs()));
    return jobs;
  }

  private String waiting(StoreConfig config, Optional<Running> running, StoreProgress progress) {
    if (running.isEmpty()) {
      return "nothing runs here; start it with %s, or name a cluster with --target HOST:PORT"
          .formatted(Hints.on(config.file(), "up"));
    }
    if (running.get().problem() != null) {
      return running.get().problem();
    }
    return Waiting.reason(running.get()).orElse(progress.problem());
  }

  private void print(StoreConfig config, Answer answer) {
    Fields fields =
        new Fields()
            .add("kafka", answer.bootstrap())
            .add("flink", answer.flink() == null ? "down" : "http://" + answer.flink())
            .add("ingest", answer.ingest())
            .add("root", answer.root() == null ? "unknown" : answer.root())
            .add("lag", answer.lag() == null ? "unknown" : answer.lag() + " records")
            .add("waiting", answer.waiting() == null ? "no" : answer.waiting());
    answer.jobs().forEach((name, runs) -> fields.add(name, times(runs)));
    fields.add("drives", drives(config));
    if (!answer.warnings().isEmpty()) {
      fields.add("warnings", String.join("; ", answer.warnings()));
    }
    for (LocalState.Service process : answer.processes()) {
      fields.add(
          process.name().equals("kafka") ? "broker" : process.name(),
          "process %d%s".formatted(process.pid(), restarts(process.restarts())));
    }
    out().println(fields);
  }

  private static List<String> warnings(StoreConfig config) {
    try (DriveSet drives = DriveSet.survey(config)) {
      return Metadata.pastReserve(drives).stream().map(Metadata.PastReserve::toString).toList();
    } catch (ConfigException | IOException e) {
      // The drives themselves are what is wrong then, and their own line says so.
      return List.of();
    }
  }

  private static String drives(StoreConfig config) {
    try (DriveSet drives = DriveSet.survey(config)) {
      int all = config.drives().size();
      int unavailable = drives.unavailable().size();
      return unavailable == 0
          ? "all %d answer".formatted(all)
          : "%d of %d cannot be used: see %s"
              .formatted(unavailable, all, Hints.on(config.file(), "drives"));
    } catch (ConfigException e) {
      return e.getMessage();
    }
  }

  private static String times(JobRuns runs) {
    return "%s, %s%s"
        .formatted(
            runs.last() == null ? "never ran" : "last " + runs.last(),
            runs.next() == null ? "not scheduled" : "next " + runs.next(),
            runs.problem() == null ? "" : "; " + runs.problem());
  }

  private static String restarts(int restarts) {
    return switch (restarts) {
      case 0 -> "";
      case 1 -> ", restarted once";
      default -> ", restarted " + restarts + " times";
    };
  }
}
