package io.basalt.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.flink.BatchOptions;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.TestBroker;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The job on a cluster, a real broker and real files. */
@Tag("integration")
@Timeout(180)
class MigrateJobTest {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir static Path kafka;
  private static TestBroker broker;

  @TempDir Path folder;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private StoreConfig config;

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
    for (int i = 0; i < 4; i++) {
      yaml.append(drive("scm-" + i, "scm", i % 2 == 0 ? "a" : "b", "16MiB"));
    }
    for (int i = 0; i < 6; i++) {
      yaml.append(drive("capacity-" + i, "capacity", "c" + i % 3, "64MiB"));
    }
    yaml.append("segment-size: 1MiB\nshard-size: 64KiB\nopen-segments: 1\nmax-record: 64KiB\n")
        .append("watermark: {high: 0.5, low: 0.5}\n")
        .append("kafka:\n  partitions: 1\n  bootstrap: ")
        .append(broker.bootstrap())
        .append(
            "\n  topics: {writes: %s.w, acks: %s.a, rejects: %s.r, commits: %s.c}\n"
                .formatted(name, name, name, name));
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(file, yaml);
    config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, name);
    try (DriveSet drives = DriveSet.open(config);
        Admin admin = broker.admin()) {
      StoreInitializer.create(drives, config, Clock.systemUTC());
      NewTopics.create(admin, config.kafka(), config.maxRecord());
    }
  }

  private static String drive(String id, String tier, String enclosure, String size) {
    return "  - {id: %s, tier: %s, path: %s, enclosure: %s, size: %s}%n"
        .formatted(id, tier, id, enclosure, size);
  }

  @Test
  void movesStripesInParallelUntilTheWatermark() throws Exception {
    fill(0.75);
    MigratePlan plan = MigrateJob.plan(config.file());
    assertThat(plan.runWanted()).as("the segments are tails yet").isTrue();

    MigrateReport report = run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.blocked()).isNull();
    assertThat(report.stripes()).isGreaterThan(1);
    assertThat(report.segments()).isGreaterThanOrEqualTo(report.stripes());
    assertThat(report.freedBytes()).isGreaterThanOrEqualTo(2 * report.readBytes());
    assertThat(report.writtenBytes()).isGreaterThanOrEqualTo(report.readBytes() / 4 * 6);
    assertThat(fill()).isLessThan(0.5);
    assertThat(report.toJson())
        .contains("\"segments\":" + report.segments(), "\"freedBytes\":" + report.freedBytes());
    check();

    PlanReport nothing = PlanReport.of(MigrateJob.plan(config.file()));
    assertThat(nothing.segments()).isEmpty();
    assertThat(run().stripes()).isZero();
    check();
  }

  @Test
  void aDryRunTellsWhatMovesAndMovesNothing() throws Exception {
    fill(0.75);
    run();
    Files.move(folder.resolve("scm-1"), folder.resolve("away"));
    PlanReport plan = PlanReport.of(MigrateJob.plan(config.file()));
    assertThat(plan.segments()).isNotEmpty().allMatch(item -> item.why().equals("lost a mirror"));
    assertThat(plan.segments()).allMatch(item -> item.from().contains("scm-1"));
    assertThat(plan.toJson()).contains("\"stripes\":" + plan.stripes());
    assertThat(PlanReport.of(MigrateJob.plan(config.file())).segments())
        .hasSameSizeAs(plan.segments());
    Files.move(folder.resolve("away"), folder.resolve("scm-1"));
    check();
  }

  /** All drives answer and none is full: the schedule has no reason to look, a person may. */
  @Test
  void aMirrorThatIsMissingOnADriveThatAnswersIsSeenByADryRunAndMoved() throws Exception {
    fill(0.75);
    run();
    assertThat(PlanReport.of(MigrateJob.plan(config.file())).segments()).isEmpty();
    Path lost;
    try (Stream<Path> left = Files.list(folder.resolve("scm-1").resolve("segments"))) {
      lost = left.sorted().findFirst().orElseThrow();
    }
    Files.delete(lost);
    assertThat(PlanReport.of(MigrateJob.plan(config.file())).segments())
        .filteredOn(item -> item.why().equals("lost a mirror"))
        .extracting(PlanReport.Item::segment)
        .containsExactly(lost.getFileName().toString());
    assertThat(MigrateJob.planIfDue(config.file())).isEqualTo(MigratePlan.NONE);
    assertThat(run().problems()).isEmpty();
    check();
  }

  @Test
  void capacityThatIsFullIsSaid() throws Exception {
    fill(0.75);
    for (int i = 0; i < 4; i++) {
      Files.move(folder.resolve("capacity-" + i), folder.resolve("away-" + i));
    }
    MigrateReport report = run();
    assertThat(report.stripes()).isZero();
    assertThat(report.blocked())
        .isEqualTo(
            "2 of 6 capacity drives answer and a stripe of 4+2 needs at least 3:"
                + " bring drives back or add some");
    for (int i = 0; i < 4; i++) {
      Files.move(folder.resolve("away-" + i), folder.resolve("capacity-" + i));
    }
    assertThat(run().stripes()).isPositive();
    assertThat(fill()).isLessThan(0.5);
    check();
  }

  @Test
  void aConfigurationThatIsGoneIsSaidAtOnce() throws Exception {
    Files.delete(config.file());
    assertThatThrownBy(this::run)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("basalt.yaml does not exist: make a store with basalt init");
  }

  private MigrateReport run() throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(MigrateJob.settings());
    return MigrateJob.run(environment, new BatchOptions(config.file().toString(), 2));
  }

  /** Writes files until the SCM is that full, and seals them. */
  private void fill(double share) throws Exception {
    Random random = new Random(5);
    try (DriveSet drives = DriveSet.open(config);
        KafkaArbiter arbiter = KafkaArbiter.open(config.kafka())) {
      Attempt attempt = Attempt.start(new RootFiles(drives, 3).head(), random);
      RootCommitter committer =
          RootCommitter.open(new RootFiles(drives, 3), arbiter, attempt, Clock.systemUTC());
      try (SegmentWriter writer =
          new SegmentWriter(
              drives,
              SegmentWriter.Options.of(config),
              attempt.toString(),
              0,
              random,
              Clock.systemUTC())) {
        long next = 0;
        while (fill(drives) < share) {
          long from = next;
          for (; next < from + 10; next++) {
            add(writer, next, random);
          }
          writer.cover(new Range(1, 0, from, next, -1));
          commit(committer, attempt, List.of(writer.flush().get()));
        }
      }
      Attempt after = Attempt.start(committer.head(), random);
      commit(
          RootCommitter.open(new RootFiles(drives, 3), arbiter, after, Clock.systemUTC()),
          after,
          List.of());
    }
  }

  private void add(SegmentWriter writer, long offset, Random random) {
    byte[] bytes = new byte[random.nextInt(40_000)];
    random.nextBytes(bytes);
    while (!writer.hasRoomFor(bytes.length)) {
      // A segment is being made in the background.
      Thread.onSpinWait();
    }
    String path = "/file-" + offset;
    writer.add(
        new Event(
            path,
            new Version(1, offset),
            0,
            1_700_000_000_000L,
            Op.PUT,
            0,
            Optional.empty(),
            List.of()),
        ByteBuffer.wrap(bytes));
    files.put(path, bytes);
  }

  private static void commit(RootCommitter committer, Attempt attempt, List<Flushed> flushed)
      throws Exception {
    committer.commit(
        new IngestChange(
            attempt,
            flushed,
            Set.of(attempt.toString()),
            Optional.of(new Incarnation(1, "writes", "topic-id", 1)),
            0,
            "rejects-id"));
  }

  private double fill() throws IOException {
    try (DriveSet drives = DriveSet.open(config)) {
      return fill(drives);
    }
  }

  private static double fill(DriveSet drives) throws IOException {
    double most = 0;
    for (DriveInfo drive : drives.available(Tier.SCM)) {
      most = Math.max(most, drives.space(drive.id()).fill());
    }
    return most;
  }

  private void check() throws IOException {
    try (DriveSet drives = DriveSet.open(config);
        StoreReader reader = StoreReader.open(drives)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        reader.read(reader.stat(file.getKey()).orElseThrow(), Channels.newChannel(read));
        assertThat(read.toByteArray()).as(file.getKey()).isEqualTo(file.getValue());
      }
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }
}
