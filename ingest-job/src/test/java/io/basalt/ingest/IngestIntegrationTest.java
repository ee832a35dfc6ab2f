package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.WriteLogs;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
@Timeout(180)
class IngestIntegrationTest extends ClusterTest {
  @BeforeAll
  static void start(@TempDir Path logs) throws Exception {
    start(logs, 2);
  }

  @Test
  void storesWhatAModelOfByteArraysHolds() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "model")) {
      JobID job = cluster.submit(store.file(), 2);
      RandomSteps steps = new RandomSteps(1, 50);
      for (int i = 0; i < 6; i++) {
        store.write(steps, 250);
      }
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      assertMeasures(job, 1_500, steps.model().rejects());
      cluster.cancel(job);
      store.assertHolds(steps.model());
    }
  }

  /** The metrics of a job that is done with so many records. */
  private static void assertMeasures(JobID job, long records, long rejects) throws Exception {
    String writer = "segment writer\\.\\d+\\.";
    assertThat(cluster.sum(job, writer + "records$")).isEqualTo(records);
    assertThat(cluster.sum(job, writer + "rejects$")).isEqualTo(rejects);
    long payload = cluster.sum(job, writer + "bytes$");
    assertThat(payload).isPositive();
    // Both mirrors, and the index blocks; what was rejected is the smaller part.
    assertThat(cluster.sum(job, writer + "drive\\.scm-\\d\\.bytes$")).isGreaterThan(payload);
    String committer = "committer\\.0\\.";
    assertThat(cluster.sum(job, committer + "commits$")).isPositive();
    assertThat(cluster.gauges(job, committer + "commitMillis$"))
        .singleElement()
        .satisfies(millis -> assertThat((Double) millis).isPositive());
    TestCluster.await("no lag", () -> cluster.gauges(job, committer + "lag$").equals(Set.of(0L)));
  }

  @Test
  @Tag("soak")
  @Timeout(900)
  void storesWhatAModelOfByteArraysHoldsAfterTenThousandOperations() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "model-long")) {
      store.edit(yaml -> yaml.replace("size: 64MiB", "size: 512MiB"));
      JobID job = cluster.submit(store.file(), 2);
      RandomSteps steps = new RandomSteps(5, 50);
      for (int i = 0; i < 100; i++) {
        store.write(steps, 100);
      }
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      cluster.cancel(job);
    }
  }

  @Test
  void theProgramRunsTheJobOfItsArguments() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "program")) {
      RandomSteps steps = new RandomSteps(7, 20);
      TestStreamEnvironment.setAsContext(cluster.mini(), 1);
      CompletableFuture<Void> program =
          CompletableFuture.runAsync(
              () -> {
                try {
                  IngestJob.main(
                      new String[] {"--config", store.file().toString(), "--parallelism", "2"});
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              });
      store.write(steps, 100);
      cluster.cancelAll();
      assertThatThrownBy(program::join).hasStackTraceContaining("JobCancellationException");
    } finally {
      TestStreamEnvironment.unsetAsContext();
    }
  }

  @Test
  void aPublishOfADroppedUploadIsRejectedAndTheStreamGoesOn() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "abandoned")) {
      JobID job = cluster.submit(store.file(), 2);
      store.send("/up", new byte[] {1, 2}, part("u"));
      store.awaitAcknowledged();
      dropUploads(store);

      // The writer saw the part and not that it was dropped.
      store.send("/up", null, publish("u"));
      store.send("/next", new byte[] {3}, part("v"));
      store.send("/next", null, publish("v"));
      store.awaitAcknowledged();
      assertThat(store.rejects())
          .singleElement()
          .satisfies(reject -> assertThat(reject.reason()).contains("upload u has no parts"));
      assertThat(store.files()).containsOnlyKeys("/next");
      assertThat(store.files().get("/next")).containsExactly(3);
      assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
      cluster.cancel(job);
    }
  }

  private static List<Header> part(String upload) {
    return List.of(Header.of("op", "write"), Header.of("upload", upload), Header.of("offset", "0"));
  }

  private static List<Header> publish(String upload) {
    return List.of(Header.of("op", "publish"), Header.of("upload", upload));
  }

  /** Two compactions that think a second, and a retention, between them. */
  private static void dropUploads(TestStore store) throws Exception {
    try (DriveSet drives = DriveSet.open(store.config());
        KafkaArbiter arbiter = KafkaArbiter.open(store.config().kafka())) {
      WriteLogs logs = new WriteLogs(store.admin(), store.config().kafka());
      for (int pass = 0; pass < 2; pass++) {
        LocalCompaction compaction =
            LocalCompaction.start(drives, arbiter, Clock.systemUTC(), 77 + pass);
        long at = store.head().at() + 1_000L * pass;
        compaction.drop(logs.ends(store.head()), at, Duration.ofMillis(900));
        compaction.commit(compaction.merge());
      }
      assertThat(store.head().uploads().droppedAfter()).isPositive();
    }
  }

  @Test
  void fillsSegmentsThatHardlyHoldTheLargestRecord() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "filled")) {
      store.edit(
          yaml ->
              yaml.replace("shard-size: 16KiB", "shard-size: 256KiB")
                  .replace("max-record: 64KiB", "max-record: 1MiB")
                  .replace("seal-after: 2s", "seal-after: 1h"));
      JobID job = cluster.submit(store.file(), 1);
      store.topicSetting("max.message.bytes", "" + (2 << 20));
      store.send("/large", new byte[1_000_000], List.of());
      for (int i = 0; i < 3_000; i++) {
        store.send("/small-" + i % 100, new byte[4_000], List.of());
      }
      store.awaitAcknowledged();
      assertThat(store.files().get("/large")).hasSize(1_000_000);
      List<SegmentLocation> sealed =
          store.head().tails().stream().filter(Tail::sealed).map(Tail::location).toList();
      assertThat(sealed).hasSizeGreaterThan(8);
      long filled = sealed.stream().mapToLong(SegmentLocation::packedBytes).sum();
      long whole = sealed.stream().mapToLong(SegmentLocation::size).sum();
      assertThat(filled).isGreaterThan(whole / 100 * 85);
      cluster.cancel(job);
    }
  }

  @Test
  void readsOnFromTheRootWhateverACheckpointSays() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "restore")) {
      RandomSteps steps = new RandomSteps(2, 20);
      JobID first = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      String old = cluster.savepoint(first, directory.resolve("old"));
      store.write(steps, 200);
      String young = cluster.savepoint(first, directory.resolve("young"));
      cluster.cancel(first);

      JobID behind = cluster.submit(TestCluster.restored(store.file(), 2, old));
      store.write(steps, 200);
      cluster.cancel(behind);

      JobID wider = cluster.submit(TestCluster.restored(store.file(), 4, young));
      store.write(steps, 200);
      cluster.cancel(wider);

      JobID none = cluster.submit(store.file(), 1);
      store.write(steps, 200);
      cluster.cancel(none);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
    }
  }

  @Test
  void readsFromItsOwnRootWhereACheckpointIsAheadOfIt() throws Exception {
    RandomSteps steps = new RandomSteps(6, 20);
    Path ahead = Files.createDirectory(directory.resolve("ahead"));
    Path behind = Files.createDirectory(directory.resolve("behind"));
    try (TestStore read = TestStore.create(ahead, broker, "ahead");
        TestStore unread = TestStore.create(behind, broker, "behind")) {
      JobID job = cluster.submit(read.file(), 2);
      read.write(steps, 200);
      String checkpoint = cluster.savepoint(job, directory.resolve("savepoint"));
      cluster.cancel(job);

      unread.shareWrites(read);
      JobID restored = cluster.submit(TestCluster.restored(unread.file(), 2, checkpoint));
      unread.awaitAcknowledged();
      unread.assertHolds(steps.model());
      cluster.cancel(restored);
    }
  }

  @Test
  void losesAndRepeatsNothingWhenATaskManagerDies() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "failure")) {
      RandomSteps steps = new RandomSteps(3, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 100);
      for (int i = 0; i < 200; i++) {
        store.send(steps.next());
      }
      cluster.mini().terminateTaskManager(0).get();
      cluster.mini().startTaskManager();
      store.write(steps, 100);
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      cluster.cancel(job);
    }
  }

  @Test
  void aJobThatWasTakenOverEndsAndTheOtherLosesNothing() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "race")) {
      RandomSteps steps = new RandomSteps(4, 20);
      JobID first = cluster.submit(store.file(), 1);
      store.write(steps, 100);
      JobID second = cluster.submit(store.file(), 1);
      String failure = cluster.failureWhile(first, () -> store.write(steps, 10));

      assertThat(failure).contains("another ingest job has taken over this store");
      store.write(steps, 100);
      assertThat(cluster.status(second)).isEqualTo(JobStatus.RUNNING);
      cluster.cancel(second);
    }
  }
}
