package io.basalt.cli.command;

import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.storage.commit.JobDrives;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import picocli.CommandLine.Command;

@Command(
    name = "up",
    description = "Start Kafka, Flink and ingest on this machine, in the background.")
public final class UpCommand extends StoreCommand {
  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    // A store that cannot be opened is said here, by the sentence, and not in a log.
    try (DriveSet drives = JobDrives.open(config)) {
      drives.unavailable().forEach((id, why) -> err().println("without drive " + id + ": " + why));
    }
    LocalCluster cluster = cluster();
    boolean ran = cluster.state().isPresent();
    LocalState state = cluster.up(config, phase -> err().println(phase));
    out()
        .printf(
            "%s: Kafka at %s, Flink at http://%s, ingest %s%n",
            ran ? "already up" : "up", state.bootstrap(), state.flink(), state.ingest());
    if (state.problem() != null) {
      out().println("waiting: " + state.problem());
    }
    out().println();
    out().println("next:  " + Hints.on(config.file(), "put FILE /PATH"));
    out().println("or:    " + Hints.kcat(config));
    return 0;
  }
}
