package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.Reject;
import io.basalt.kafka.TestBroker;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.kafka.WriteRecordDecoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class IngestIntegrationTest {
  private static final int OPERATIONS = Integer.getInteger("basalt.operations", 1_500);

  private static TestBroker broker;
  private static TestCluster cluster;
  @TempDir Path directory;

  @BeforeAll
  static void start(@TempDir Path logs) throws Exception {
    broker = TestBroker.start(logs);
    cluster = TestCluster.start(2);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
    broker.close();
  }

  @Test
  void storesWhatAModelOfByteArraysHolds() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "model")) {
      JobID job = cluster.submit(store.file(), 2);
      ByteModel model = new ByteModel(1, 50);
      for (int i = 0; i < OPERATIONS; i++) {
        store.send(model.next());
        if (i % (OPERATIONS / 5) == 0) {
          store.awaitAcknowledged();
          store.assertHolds(model);
        }
      }
      store.awaitAcknowledged();
      store.assertHolds(model);
      assertThat(store.rejects()).hasSize(model.rejects());
      cluster.cancel(job);
      store.assertHolds(model);
    }
  }

  @Test
  void rejectsBadRecordsAndGoesOn() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "rejects")) {
      JobID job = cluster.submit(store.file(), 1);
      byte[] key = "/wrong".getBytes(UTF_8);
      int right = WriteRecordDecoder.partition(key, 4);
      store.send((right + 1) % 4, key, new byte[1], List.of());
      store.send(2, null, new byte[1], List.of());
      store.send("no-slash", new byte[1], List.of());
      store.send("/big", new byte[(64 << 10) + 1], List.of());
      store.send("/exact", new byte[64 << 10], List.of());
      store.send("/u", null, List.of(Header.of("op", "publish"), Header.of("upload", "x")));
      store.send("/good", "good".getBytes(UTF_8), List.of());
      store.awaitAcknowledged();

      assertThat(store.files().keySet()).containsExactly("/exact", "/good");
      assertThat(store.rejects())
          .extracting(Reject::reason)
          .anyMatch(r -> r.contains("librdkafka: partitioner=murmur2_random"))
          .contains(
              "record has no key: it must be the path",
              "path does not start with /",
              "value has 65537 bytes; max-record is 65536",
              "upload x has no parts")
          .hasSize(5);
      cluster.cancel(job);
    }
  }

  @Test
  void readsOnFromTheRootWhateverACheckpointSays() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "restore")) {
      ByteModel model = new ByteModel(2, 20);
      JobID first = cluster.submit(store.file(), 2);
      send(store, model, 200);
      String old = cluster.savepoint(first, directory.resolve("old"));
      send(store, model, 200);
      String young = cluster.savepoint(first, directory.resolve("young"));
      cluster.cancel(first);

      JobID behind = cluster.submit(TestCluster.graph(store.file(), 2, false, Optional.of(old)));
      send(store, model, 200);
      cluster.cancel(behind);

      JobID wider = cluster.submit(TestCluster.graph(store.file(), 4, false, Optional.of(young)));
      send(store, model, 200);
      cluster.cancel(wider);

      JobID none = cluster.submit(store.file(), 1);
      send(store, model, 200);
      cluster.cancel(none);
      assertThat(store.rejects()).hasSize(model.rejects());
    }
  }

  @Test
  void losesAndRepeatsNothingWhenATaskManagerDies() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "failure")) {
      ByteModel model = new ByteModel(3, 20);
      JobID job = cluster.submit(store.file(), 2);
      send(store, model, 100);
      for (int i = 0; i < 200; i++) {
        store.send(model.next());
      }
      cluster.mini().terminateTaskManager(0).get();
      cluster.mini().startTaskManager();
      send(store, model, 100);
      assertThat(store.rejects()).hasSize(model.rejects());
      cluster.cancel(job);
    }
  }

  // Finds a fault: the job that took over does not always go on.
  @Tag("soak")
  @Test
  void aJobThatWasTakenOverEndsAndTheOtherLosesNothing() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "race")) {
      ByteModel model = new ByteModel(4, 20);
      JobID first = cluster.submit(store.file(), 1);
      send(store, model, 100);
      JobID second = cluster.submit(store.file(), 1);
      String failure = cluster.failureWhile(first, () -> send(store, model, 10));

      assertThat(failure).contains("another ingest job has taken over this store");
      send(store, model, 100);
      assertThat(cluster.status(second)).isEqualTo(JobStatus.RUNNING);
      cluster.cancel(second);
    }
  }

  @Test
  void refusesATopicThatIsCompacted() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "compacted")) {
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, store.writes());
      store
          .admin()
          .incrementalAlterConfigs(
              Map.of(
                  topic,
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
          .all()
          .get();
      JobID job = cluster.submit(store.file(), 1);
      assertThat(cluster.failure(job)).contains("topic compacted.writes is compacted");
      assertThat(store.head().number()).isEqualTo(1);
    }
  }

  @Test
  void refusesOffsetsThatAreGone() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "gone")) {
      ByteModel model = new ByteModel(5, 20);
      JobID job = cluster.submit(store.file(), 1);
      send(store, model, 50);
      cluster.cancel(job);
      for (int i = 0; i < 200; i++) {
        store.send(model.next());
      }
      store.dropKafkaRecords();
      JobID refused = cluster.submit(store.file(), 1);
      assertThat(cluster.failure(refused)).contains("Kafka no longer holds offsets");
      JobID accepted = cluster.submit(TestCluster.graph(store.file(), 1, true, Optional.empty()));
      store.send("/after", new byte[] {1}, List.of());
      store.awaitAcknowledged();
      assertThat(store.files()).containsKey("/after");
      cluster.cancel(accepted);
    }
  }

  private static void send(TestStore store, ByteModel model, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      store.send(model.next());
    }
    store.awaitAcknowledged();
    store.assertHolds(model);
  }
}
