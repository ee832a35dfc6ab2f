package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.TestBroker;
import java.nio.file.Path;
import java.util.Random;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die or stop at any instruction: nothing is lost, nothing applied twice. */
@Tag("soak")
@Timeout(1200)
class IngestProcessesTest {
  private static final int RECORDS = 200_000;
  private static final int KILLS = 10;

  @TempDir Path directory;
  private TestBroker broker;
  private ProcessCluster cluster;

  @BeforeEach
  void start(@TempDir Path logs) throws Exception {
    broker = TestBroker.start(logs);
    cluster = ProcessCluster.start(directory.resolve("flink"));
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
    broker.close();
  }

  @Test
  void losesAndRepeatsNothingWhenItsProcessIsKilledTenTimes() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "kill")) {
      store.edit(yaml -> yaml.replace("size: 64MiB", "size: 2GiB"));
      RandomSteps steps = new RandomSteps(30, 500, 200);
      Random random = new Random(30);
      Process worker = cluster.taskManager();
      JobClient job = cluster.ingest(store.file(), 2);
      store.write(steps, 100);
      int killed = 0;
      int nextKill = random.nextInt(2 * RECORDS / KILLS / 3);
      for (int i = 100; i < RECORDS; i++) {
        store.send(steps.next());
        if (i % 1_000 == 0) {
          // Never far ahead of the acknowledgements, so that each kill meets an ingest at work.
          store.awaitLag(8_000);
        }
        if (killed < KILLS && i >= nextKill) {
          long root = store.head().number();
          worker.destroyForcibly().waitFor();
          worker = cluster.taskManager();
          killed++;
          nextKill += RECORDS / KILLS / 2 + random.nextInt(RECORDS / KILLS / 2);
          System.out.printf("kill %d after %d records, at root %d%n", killed, i, root);
        }
      }
      assertThat(killed).isEqualTo(KILLS);
      store.awaitAcknowledged();
      store.assertHolds(steps.model());
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      job.cancel().get();
      System.out.printf(
          "%d records, %d kills: %d files, %d rejects, root %d%n",
          RECORDS,
          killed,
          steps.model().files().size(),
          steps.model().rejects(),
          store.head().number());
    }
  }

  @Test
  void aProcessThatWakesUpAfterItsSuccessorWroteChangesNothing() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "zombie")) {
      RandomSteps steps = new RandomSteps(31, 50);
      Process running = cluster.taskManager();
      JobClient job = cluster.ingest(store.file(), 2);
      store.write(steps, 200);
      for (int round = 0; round < 3; round++) {
        Process successor = cluster.taskManager();
        for (int i = 0; i < 300; i++) {
          store.send(steps.next());
        }
        // In the middle of these records; its heartbeat is missed after six seconds.
        store.awaitLag(200);
        ProcessCluster.signal(running, "STOP");
        store.write(steps, 200);
        ProcessCluster.signal(running, "CONT");
        for (int i = 0; i < 10; i++) {
          store.write(steps, 50);
        }
        // It may have come back with its slots: only one of the two stays.
        running.destroyForcibly().waitFor();
        store.write(steps, 100);
        running = successor;
      }
      assertThat(store.rejects()).hasSize(steps.model().rejects());
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
      job.cancel().get();
    }
  }
}
