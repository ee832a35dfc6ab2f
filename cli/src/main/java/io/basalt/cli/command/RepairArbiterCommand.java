package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.IngestWish;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.Topics;
import io.basalt.storage.commit.ArbiterRepair;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;

@Command(
    name = "repair-arbiter",
    description = "Declare the drives' head the truth and start a new commits topic.")
public final class RepairArbiterCommand extends StoreCommand {
  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    Optional<LocalState> state = cluster().state();
    if (state.isPresent() && IngestWish.read(cluster().directory()).run()) {
      throw new Failure(
          "ingest runs: stop it first with " + Hints.on(config.file(), "ingest --stop"));
    }
    KafkaCheck.requireAnswer(config);
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()));
        DriveSet drives = DriveSet.open(config)) {
      startTopic(admin, config);
      try (KafkaArbiter arbiter = KafkaArbiter.open(config.kafka())) {
        Root declared =
            ArbiterRepair.declare(
                drives, config.rootCopies(), arbiter, Clock.systemUTC(), new SecureRandom());
        out().println("root " + declared.number() + " follows what the drives hold");
        out().println("next:  " + Hints.on(config.file(), "ingest"));
      }
    }
    return 0;
  }

  private static void startTopic(Admin admin, StoreConfig config)
      throws IOException, InterruptedException, ExecutionException {
    String commits = config.kafka().topics().commits();
    try {
      admin.deleteTopics(List.of(commits)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
    while (admin.listTopics().names().get().contains(commits)) {
      Thread.sleep(100);
    }
    Topics.create(admin, config.kafka(), config.maxRecord());
  }
}
