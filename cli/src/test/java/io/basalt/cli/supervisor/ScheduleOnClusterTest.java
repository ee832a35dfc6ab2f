package io.basalt.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.cli.Commands;
import io.basalt.ingest.IngestJob;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.TestBroker;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.IngestAttempts;
import io.basalt.storage.root.Root;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code basalt schedule} does on a cluster of Flink, with a clock that the test sets. */
@Tag("integration")
@Timeout(180)
class ScheduleOnClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir static Path kafka;
  private static TestBroker broker;

  @TempDir Path folder;
  private final Random random = new Random(11);
  private StoreConfig config;
  private MiniCluster cluster;
  private Duration time = Duration.ZERO;

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.start(kafka);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void makeStore(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    StringBuilder yaml = new StringBuilder("store: " + name + "\ndrives:\n");
    for (int i = 0; i < 2; i++) {
      yaml.append(
          "  - {id: scm-%1$d, tier: scm, path: scm-%1$d, enclosure: e%1$d, size: 256MiB}%n"
              .formatted(i));
    }
    yaml.append("segment-size: 1MiB\nkafka:\n  partitions: 2\n  bootstrap: ")
        .append(broker.bootstrap())
        .append(
            "\n  topics: {writes: %1$s.w, acks: %1$s.a, rejects: %1$s.r, commits: %1$s.c}\n"
                .formatted(name));
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(file, yaml);
    config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, name);
    try (DriveSet drives = DriveSet.open(config);
        Admin admin = broker.admin()) {
      StoreInitializer.create(drives, config, Clock.systemUTC());
      NewTopics.create(admin, config.kafka(), config.maxRecord());
    }
    startCluster();
  }

  @AfterEach
  void verifyIsClean() throws Exception {
    cluster.close();
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  private void startCluster() throws Exception {
    Configuration settings = new Configuration();
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
    await("Flink's list of jobs", this::answers);
  }

  private boolean answers() throws Exception {
    try {
      return rest().jobs().isEmpty();
    } catch (IOException e) {
      // The JobManager is still about to lead.
      return false;
    }
  }

  /** Another one, at another address, that has never heard of any job. */
  private void replaceCluster() throws Exception {
    cluster.close();
    startCluster();
  }

  private ForgottenIngest schedule() throws Exception {
    URI address = cluster.getRestAddress().get();
    return new ForgottenIngest(
        config,
        address.getHost(),
        address.getPort(),
        (host, port) -> RemoteJobs.ingest(host, port, config, false, RemoteJobs.Jars.ON_CLUSTER),
        () -> time.toNanos());
  }

  /** Lets time go by, with a look now and another one afterwards. */
  private void pass(ForgottenIngest schedule, Duration span) {
    schedule.keep();
    time = time.plus(span);
    schedule.keep();
  }

  private FlinkRest rest() throws Exception {
    URI address = cluster.getRestAddress().get();
    return new FlinkRest(address.getHost() + ":" + address.getPort());
  }

  private List<FlinkRest.Job> jobs() throws Exception {
    return rest().jobs();
  }

  private Root head() throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      return new RootFiles(drives, config.rootCopies()).head();
    }
  }

  /** Writes a file and waits until it is in the store. */
  private void put(String path) throws Exception {
    long before = applied();
    send(config.kafka().topics().writes(), path, "content");
    await("a record of " + path, () -> applied() > before);
  }

  private long applied() throws Exception {
    return head().positions().stream().mapToLong(position -> position.next()).sum();
  }

  private void send(String topic, String key, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            KafkaSettings.producer(config.kafka()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  topic,
                  key.getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      assertThat(Instant.now()).as(what).isBefore(deadline);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private void startIngest() throws Exception {
    URI address = cluster.getRestAddress().get();
    String job =
        RemoteJobs.ingest(
            address.getHost(), address.getPort(), config, false, RemoteJobs.Jars.ON_CLUSTER);
    assertThat(jobs()).extracting(FlinkRest.Job::id).contains(job);
    put("/first");
  }

  @Test
  void ingestThatTheClusterHasForgottenIsSubmittedAgain() throws Exception {
    ForgottenIngest beforeAny = schedule();
    pass(beforeAny, ForgottenIngest.PATIENCE);
    assertThat(beforeAny.problem()).startsWith("no ingest is started: ");
    startIngest();
    replaceCluster();

    ForgottenIngest schedule = schedule();
    await(
        "TaskManager",
        () -> {
          pass(schedule, ForgottenIngest.PATIENCE.dividedBy(10));
          return schedule.problem().contains(" knows no ingest: ");
        });
    // Another cluster's ingest repeats its acknowledgements.
    for (int i = 0; i < 3; i++) {
      send(config.kafka().topics().acks(), "other", "" + i);
      pass(schedule, ForgottenIngest.PATIENCE.minusMillis(1));
    }
    assertThat(jobs()).isEmpty();
    time = time.plus(ForgottenIngest.PATIENCE);
    schedule.keep();

    assertThat(schedule.problem()).startsWith("ingest was forgotten by ");
    assertThat(jobs())
        .singleElement()
        .matches(job -> job.name().equals(IngestJob.name(config)) && !job.ended());
    put("/second");
    pass(schedule, ForgottenIngest.PATIENCE.multipliedBy(2));
    assertThat(schedule.problem()).isNull();
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void ingestThatSomebodyCancelledStaysSo() throws Exception {
    startIngest();
    ForgottenIngest schedule = schedule();
    schedule.keep();
    assertThat(schedule.problem()).isNull();
    rest().cancel(jobs().get(0).id());
    await("the end of ingest", () -> jobs().get(0).ended());

    time = time.plus(ForgottenIngest.PATIENCE);
    pass(schedule, ForgottenIngest.PATIENCE.multipliedBy(2));
    assertThat(schedule.problem()).startsWith("ingest was cancelled: basalt ingest --target ");
    assertThat(jobs()).hasSize(1);

    // As basalt ingest --stop does, so that a schedule knows which has seen nothing of this.
    commit(IngestAttempts.end());
    replaceCluster();
    ForgottenIngest other = schedule();
    await(
        "an answer of the cluster",
        () -> {
          pass(other, ForgottenIngest.PATIENCE);
          return other.problem().startsWith("no ingest is started: ");
        });
    pass(other, ForgottenIngest.PATIENCE.multipliedBy(2));
    assertThat(jobs()).isEmpty();
  }

  @Test
  void aStopOfIngestThatIsForgottenIsRememberedUnlessAnotherRuns() throws Exception {
    startIngest();
    try (MiniCluster first = cluster) {
      startCluster();
      assertThat(stopIngest()).contains("no ingest ran there", "runs on another cluster");
      assertThat(IngestAttempts.anyLive(head())).isTrue();
      put("/goes/on");
    }
    assertThat(stopIngest()).contains("no ingest ran there").doesNotContain("another cluster");
    assertThat(IngestAttempts.anyLive(head())).isFalse();
    ForgottenIngest schedule = schedule();
    pass(schedule, ForgottenIngest.PATIENCE);
    assertThat(schedule.problem()).startsWith("no ingest is started: ");
    assertThat(jobs()).isEmpty();
  }

  private String stopIngest() throws Exception {
    URI address = cluster.getRestAddress().get();
    String target = address.getHost() + ":" + address.getPort();
    String file = config.file().toString();
    return Commands.run("-c", file, "ingest", "--stop", "--target", target).done().out();
  }

  /** An operator's compaction that runs in a process of its own, and one day dies. */
  @Test
  void aCompactionElsewhereIsEndedOnlyOnceItShowsNoLife() throws Exception {
    startIngest();
    replaceCluster();
    Instant started = Clock.systemUTC().instant();
    URI address = cluster.getRestAddress().get();
    commit(new CompactionStart(Attempt.start(head(), random), at(started)));
    try (JobKeeper keeper =
        new JobKeeper(
            JobSchedule.compaction(config),
            address.getHost(),
            address.getPort(),
            (host, port) -> RemoteJobs.compact(host, port, config, RemoteJobs.Jars.ON_CLUSTER),
            ((InstantSource) () -> started.plus(time)).withZone(ZoneOffset.UTC),
            () -> time.toNanos())) {
      for (int i = 0; i < 4; i++) {
        keeper.look();
        time = time.plus(AttemptWatch.PATIENCE).minusMillis(1);
        commit(CompactionStart.renewal(at(started.plus(time))));
      }
      keeper.look();
      assertThat(keeper.runs().problem()).startsWith("compaction runs elsewhere as attempt ");
      assertThat(jobs()).isEmpty();

      time = time.plus(AttemptWatch.PATIENCE);
      keeper.look();
      assertThat(keeper.runs().problem()).isNull();
      await("the end of the compaction", () -> jobs().stream().allMatch(FlinkRest.Job::ended));
    }
    assertThat(jobs()).extracting(FlinkRest.Job::state).containsExactly("FINISHED");
    assertThat(head().attempts()).noneMatch(live -> live.kind().equals(CompactionStart.KIND));
    assertThat(head().tree()).isPresent();
  }

  private static Clock at(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }

  private void commit(Change change) throws Exception {
    try (DriveSet drives = DriveSet.open(config);
        KafkaArbiter arbiter = KafkaArbiter.open(config.kafka())) {
      RootFiles files = new RootFiles(drives, config.rootCopies());
      Attempt attempt = Attempt.start(files.head(), random);
      RootCommitter.open(files, arbiter, attempt, Clock.systemUTC()).commit(change);
    }
  }
}
