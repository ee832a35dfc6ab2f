package io.basalt.cli.command;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.commit.ArbiterRepair;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.security.SecureRandom;
import java.time.Clock;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;

@Command(
    name = "repair-arbiter",
    description = "Declare the drives' head the truth and start a new commits topic.")
public final class RepairArbiterCommand extends StoreCommand {
  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    CommitsTopic.requireNoIngest(cluster(), config);
    KafkaCheck.requireAnswer(config);
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()));
        DriveSet drives = DriveSet.open(config)) {
      CommitsTopic.startAnew(admin, config);
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
}
