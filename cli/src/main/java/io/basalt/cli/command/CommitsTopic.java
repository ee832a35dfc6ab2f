package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.IngestWish;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.kafka.NewTopics;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topic that decides which root follows which, where an operator starts it anew. */
final class CommitsTopic {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CommitsTopic() {}

  /** Fails while the ingest of this machine is to run: it would find the topic gone. */
  static void requireNoIngest(LocalCluster cluster, StoreConfig config) throws IOException {
    if (cluster.state().isPresent() && IngestWish.read(cluster.directory()).run()) {
      throw new Failure(
          "ingest runs: stop it first with " + Hints.on(config.file(), "ingest --stop"));
    }
  }

  /** Deletes the topic, if it is there, and creates an empty one. */
  static void startAnew(Admin admin, StoreConfig config) throws Exception {
    String commits = config.kafka().topics().commits();
    try {
      admin.deleteTopics(List.of(commits)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
    Await.until(
        PATIENCE,
        () -> !admin.listTopics().names().get().contains(commits),
        () ->
            "topic %s is still there %d s after its deletion: see the broker's log, then try again"
                .formatted(commits, PATIENCE.toSeconds()));
    NewTopics.create(admin, config.kafka(), config.maxRecord());
  }
}
