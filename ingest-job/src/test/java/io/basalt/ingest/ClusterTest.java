package io.basalt.ingest;

import io.basalt.kafka.TestBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The tests of a class share a broker and a cluster; each has a directory for its stores. */
abstract class ClusterTest {
  static TestBroker broker;
  static TestCluster cluster;
  @TempDir Path directory;

  static void start(Path logs, int taskManagers) throws Exception {
    broker = TestBroker.start(logs);
    cluster = TestCluster.start(taskManagers);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
    broker.close();
  }

  @AfterEach
  void cancelAll() throws Exception {
    cluster.cancelAll();
  }
}
