package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.Reject;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.root.Incarnation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What producers and operators do to the topics, and what becomes of the store. */
@Tag("integration")
@Timeout(180)
class TopicFaultsTest extends ClusterTest {
  @BeforeAll
  static void start(@TempDir Path logs) throws Exception {
    start(logs, 1);
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
  void appliesOrRejectsFuzzedRecordsAsTheModelDoes() throws Exception {
    fuzz("fuzz", 3_000);
  }

  @Test
  @Tag("soak")
  @Timeout(900)
  void appliesOrRejectsAHundredThousandFuzzedRecordsAsTheModelDoes() throws Exception {
    fuzz("fuzz-long", 100_000);
  }

  private void fuzz(String name, int records) throws Exception {
    try (TestStore store = TestStore.create(directory, broker, name)) {
      store.edit(yaml -> yaml.replace("size: 64MiB", "size: 512MiB"));
      JobID job = cluster.submit(store.file(), 2);
      RandomSteps steps = new RandomSteps(7, 50);
      for (int i = 0; i < records; i++) {
        store.send(steps.fuzzed());
      }
      store.awaitAcknowledged();
      store.assertHolds(steps.model());
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      assertThat(store.rejects()).extracting(Reject::reason).allMatch(reason -> !reason.isBlank());
      assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
      cluster.cancel(job);
    }
  }

  @Test
  void passesOverAbortedTransactionsAndNeedsNothingOfThemAtTheEnd() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "aborted")) {
      RandomSteps steps = new RandomSteps(8, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 50);
      store.sendAndAbort("/never");
      store.write(steps, 50);
      store.sendAndAbort("/never");
      cluster.cancel(job);

      JobID again = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      store.sendAndAbort("/never");
      cluster.cancel(again);

      // All that is not applied of the topic was aborted, so another one may follow it.
      store.begin("aborted.writes2", 6);
      steps.partitions(6);
      JobID next = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      cluster.cancel(next);
      assertThat(store.head().incarnations())
          .extracting(Incarnation::partitions)
          .containsExactly(4, 6);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
    }
  }

  @Test
  void refusesAnotherTopicUntilTheOldOneIsApplied() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "unapplied")) {
      RandomSteps steps = new RandomSteps(9, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);
      store.send("/late", new byte[3], List.of());
      store.awaitSent();
      store.begin("unapplied.writes2", 8);

      assertRefused(
          store,
          "topic unapplied.writes still has 1 records that are not applied: ingest it to its end"
              + " first, or go on with topic unapplied.writes2 (id "
              + store.topicId()
              + ") by --accept-loss");

      steps.partitions(8);
      JobID accepted = cluster.submit(TestCluster.acceptingLoss(store.file()));
      store.write(steps, 50);
      cluster.cancel(accepted);
    }
  }

  @Test
  void refusesATopicMadeAnewWithMorePartitionsUntilLossIsAccepted() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "anew")) {
      RandomSteps steps = new RandomSteps(10, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);
      String oldId = store.topicId();
      store.deleteWrites();
      store.begin("anew.writes", 8);

      assertRefused(
          store,
          "topic anew.writes with the id "
              + oldId
              + " is gone, so whether all its records are applied is not known: bring it back, or"
              + " go on with topic anew.writes (id "
              + store.topicId()
              + ") by --accept-loss");

      steps.partitions(8);
      JobID accepted = cluster.submit(TestCluster.acceptingLoss(store.file()));
      store.write(steps, 50);
      cluster.cancel(accepted);
      assertThat(store.head().incarnations()).hasSize(2);
    }
  }

  @Test
  void endsWhenItsTopicGetsMorePartitionsAndRefusesThemThen() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "wider")) {
      RandomSteps steps = new RandomSteps(11, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      store
          .admin()
          .createPartitions(Map.of("wider.writes", NewPartitions.increaseTo(6)))
          .all()
          .get();

      assertThat(cluster.refusal(job))
          .isEqualTo(
              "topic wider.writes has 6 partitions and had 4 when it was first read: make a new"
                  + " topic with 6 and name it in kafka.topics.writes");
      assertRefused(
          store,
          "topic wider.writes has 6 partitions and had 4 when the store began with it; paths would"
              + " change their partition: make a new topic with 6, name it in kafka.topics.writes,"
              + " or go on by --accept-loss");
      store.assertHolds(steps.model());
    }
  }

  @Test
  void refusesOffsetsThatAreGoneUntilLossIsAccepted() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "gone")) {
      RandomSteps steps = new RandomSteps(12, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);
      long applied = store.next("/lost");
      store.send("/lost", new byte[1], List.of());
      store.send("/lost", new byte[2], List.of());
      store.dropKafkaRecords();

      assertRefused(
          store,
          "Kafka no longer holds offsets %d to %d of partition %d of topic gone.writes, which are not applied: restore them, or go on without them by --accept-loss"
              .formatted(
                  applied, applied + 1, WriteRecordDecoder.partition("/lost".getBytes(UTF_8), 4)));

      JobID accepted = cluster.submit(TestCluster.acceptingLoss(store.file()));
      store.awaitNext("/lost", applied + 2);
      cluster.cancel(accepted);

      JobID later = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(later);
      assertThat(store.head().incarnations()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"short, 0", "grown, 60"})
  void refusesALogThatWasCutUntilLossIsAccepted(String name, int newRecords) throws Exception {
    try (TestStore store = TestStore.create(directory, broker, name)) {
      RandomSteps steps = new RandomSteps(13, 1);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);
      broker.loseLog(store.writes());
      store.forgetSent();
      Map<String, byte[]> others = new TreeMap<>();
      for (int i = 0; i < newRecords; i++) {
        String path = "/other-" + i;
        others.put(path, path.getBytes(UTF_8));
        store.send(path, path.getBytes(UTF_8), List.of());
      }
      store.awaitSent();

      assertRefused(store, "its log was cut, so restore it, or go on by --accept-loss");

      JobID accepted = cluster.submit(TestCluster.acceptingLoss(store.file()));
      store.send("/after", new byte[] {1}, List.of());
      store.awaitAcknowledged();
      cluster.cancel(accepted);

      JobID later = cluster.submit(store.file(), 1);
      store.send("/later", new byte[] {2}, List.of());
      store.awaitAcknowledged();
      cluster.cancel(later);
      assertThat(store.files().get("/after")).containsExactly(1);
      assertThat(store.files().get("/later")).containsExactly(2);
      // Nothing that came after the cut is left out, though its offsets were used before.
      assertThat(store.files()).containsAllEntriesOf(others);
      assertThat(store.head().incarnations()).extracting(Incarnation::number).containsExactly(1, 2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cleanup.policy | compact | topic refused.writes is compacted, which drops writes before they are stored: set cleanup.policy=delete on it",
        "retention.ms | 1000000 | topic refused.writes has retention.ms=1000000, which drops writes before they are stored: set it to -1, Basalt deletes what it has applied",
        "retention.bytes | 100 | topic refused.writes has retention.bytes=100, which drops writes before they are stored: set it to -1, Basalt deletes what it has applied",
      })
  void refusesATopicThatDropsRecords(String setting, String value, String sentence)
      throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "refused")) {
      String before = store.topicSetting(setting);
      store.topicSetting(setting, value);
      store.send("/a", new byte[1], List.of());
      store.awaitSent();
      assertRefused(store, sentence);
      store.topicSetting(setting, before);
    }
  }

  @Test
  void refusesATopicThatDoesNotExist() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "missing")) {
      store.deleteWrites();
      assertRefused(
          store,
          "topic missing.writes does not exist on "
              + broker.bootstrap()
              + ": run basalt up, which creates it");
    }
  }

  @Test
  void endsWhenItsCommitsTopicIsMadeAnewAndRefusesTheOtherThen() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "arbiter")) {
      RandomSteps steps = new RandomSteps(15, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      store.makeCommitsAnew();

      store.send("/unheard", new byte[1], List.of());
      assertThat(cluster.refusal(job)).contains("stop all jobs and run basalt repair-arbiter");
      assertRefused(store, "it was made anew; stop all jobs and run basalt repair-arbiter");
      store.assertHolds(steps.model());
    }
  }

  @Test
  void goesOnWhenTheBrokerStartsAgain() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "broker")) {
      RandomSteps steps = new RandomSteps(16, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      for (int i = 0; i < 200; i++) {
        store.send(steps.next());
      }
      broker.restart();
      store.write(steps, 100);
      assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      cluster.cancel(job);
    }
  }

  /** The job ends with this sentence, and nothing was written. */
  private void assertRefused(TestStore store, String sentence) throws Exception {
    Map<String, Long> before = store.stored();
    JobID refused = cluster.submit(store.file(), 2);
    assertThat(cluster.refusal(refused)).contains(sentence).doesNotContain("\n");
    // An earlier job may still be deleting segments that it never used.
    assertThat(before).containsAllEntriesOf(store.stored());
  }
}
