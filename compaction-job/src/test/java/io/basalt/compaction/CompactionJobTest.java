package io.basalt.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.BatchOptions;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.TestBroker;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
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
class CompactionJobTest {
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
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final Random random = new Random(5);
  private StoreConfig config;
  private long next;

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
      yaml.append(
          "  - {id: scm-%1$d, tier: scm, path: scm-%1$d, enclosure: %2$s, size: 64MiB}%n"
              .formatted(i, i % 2 == 0 ? "a" : "b"));
    }
    yaml.append("segment-size: 1MiB\nshard-size: 64KiB\nmax-record: 256KiB\nopen-segments: 1\n")
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

  @Test
  void mergesTheTreeAndFreesWhatWasOverwritten() throws Exception {
    write(60);
    assertThat(PlanReport.of(CompactionJob.plan(config.file())).stretches()).isEqualTo(1);
    int runs = head().runs().size();
    CompactionReport first = run();
    assertThat(first.rewrittenBytes()).isPositive();
    assertThat(first.toJson())
        .contains("\"runsIn\":" + runs, "\"leavesOut\":1", "\"freedBytes\":0");
    assertThat(head().runs()).isEmpty();
    check();

    // Everything is written anew, and no root but the head is kept.
    write(60);
    write(1);
    run();
    commit(root -> root.kept(List.of()));
    long before = used();
    CompactionReport second = run();
    assertThat(second.freedBytes()).isGreaterThan(1 << 20);
    assertThat(used()).isLessThan(before);
    check();
  }

  @Test
  void copiesWhatIsLiveOutOfSegmentsThatAreMostlyDead() throws Exception {
    write(60);
    run();
    deleteMost();
    CompactionReport report = run();
    assertThat(report.rewrittenBytes()).isGreaterThan(liveBytes());
    assertThat(report.root()).isEqualTo(head().number());
    assertThat(CompactionJob.plan(config.file()).rewrite().hasWork()).isFalse();
    check();
    run();
    commit(root -> root.kept(List.of()));
    run();
    check();
    assertThat(shardBytes()).isLessThan(liveBytes() * 13 / 10);
  }

  @Test
  void aDryRunSaysWhatIsSparse() throws Exception {
    String yaml = Files.readString(config.file());
    Files.writeString(config.file(), yaml + "compaction: {live-threshold: 1%}\n");
    write(60);
    run();
    deleteMost();
    run();
    assertThat(PlanReport.of(CompactionJob.plan(config.file())).whyNotMore())
        .isEqualTo("nothing is sparse");
    Files.writeString(config.file(), yaml);
    PlanReport plan = PlanReport.of(CompactionJob.plan(config.file()));
    assertThat(plan.sparse()).isNotEmpty().allMatch(each -> each.kind().equals("segment"));
    assertThat(plan.sparse().stream().mapToLong(PlanReport.Sparse::liveBytes).sum())
        .isLessThanOrEqualTo(liveBytes());
    assertThat(plan.givesBackBytes()).isGreaterThan(500_000);
    assertThat(plan.sentences()).hasSameSizeAs(plan.sparse()).allMatch(s -> s.contains("are live"));
    check();
  }

  /** Leaves every tenth file, so that each segment keeps a little. */
  private void deleteMost() throws Exception {
    List<String> all = List.copyOf(files.keySet());
    ingest(
        Op.DELETE,
        IntStream.range(0, all.size()).filter(i -> i % 10 > 0).mapToObj(all::get).toList());
  }

  /** Of all segments, live or not. */
  private long shardBytes() throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      return LocationMap.load(new MirroredFiles(drives), head()).all().stream()
          .mapToLong(SegmentLocation::dataEnd)
          .sum();
    }
  }

  private long liveBytes() {
    return files.values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  @Test
  void aStoreWithoutWorkGoesQuietAndStaysAsItIs() throws Exception {
    write(10);
    for (int i = 0; i < 3; i++) {
      run();
    }
    assertThat(CompactionJob.plan(config.file()).merge().stretches()).isEmpty();
    CompactionReport idle = run();
    assertThat(idle.leavesOut()).isZero();
    assertThat(idle.root()).isEqualTo(head().number());
    check();
  }

  private CompactionReport run() throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(CompactionJob.settings());
    return CompactionJob.run(environment, new BatchOptions(config.file().toString(), 2));
  }

  /** Puts as many files as an ingest attempt of its own, which seals the segments before. */
  private void write(int count) throws Exception {
    ingest(
        Op.PUT, IntStream.range(0, count).mapToObj(i -> "/d%d/f%02d".formatted(i % 3, i)).toList());
  }

  private void ingest(Op op, List<String> paths) throws Exception {
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
        for (String path : paths) {
          long from = next;
          add(writer, op, path);
          writer.cover(new Range(1, 0, from, next, -1));
          Flushed flushed = writer.flush().get();
          committer.commit(
              new IngestChange(
                  attempt,
                  List.of(flushed),
                  Set.of(attempt.toString()),
                  Optional.of(new Incarnation(1, "writes", "topic-id", 1)),
                  0,
                  "rejects-id"));
        }
      }
      makeRun(drives, committer, attempt);
    }
  }

  private static void makeRun(DriveSet drives, RootCommitter committer, Attempt attempt)
      throws Exception {
    MirroredFiles mirrors = new MirroredFiles(drives);
    try (SegmentReader segments = new SegmentReader(drives)) {
      RunMaker runs =
          new RunMaker(
              mirrors,
              segments,
              new LocationMapWriter(mirrors, attempt),
              attempt,
              RunMaker.Policy.DEFAULTS,
              Clock.systemUTC());
      Optional<RunChange> change = runs.make(committer.head());
      if (change.isPresent()) {
        committer.commit(change.get());
      }
    }
  }

  private void add(SegmentWriter writer, Op op, String path) {
    byte[] bytes = new byte[op == Op.DELETE ? 0 : random.nextInt(60_000)];
    random.nextBytes(bytes);
    while (!writer.hasRoomFor(bytes.length)) {
      // A segment is being made in the background.
      Thread.onSpinWait();
    }
    writer.add(
        new Event(path, new Version(1, next), 0, next, op, 0, Optional.empty(), List.of()),
        ByteBuffer.wrap(bytes));
    if (op == Op.DELETE) {
      files.remove(path);
    } else {
      files.put(path, bytes);
    }
    next++;
  }

  private void commit(Change change) throws Exception {
    try (DriveSet drives = DriveSet.open(config);
        KafkaArbiter arbiter = KafkaArbiter.open(config.kafka())) {
      Attempt attempt = Attempt.start(new RootFiles(drives, 3).head(), random);
      RootCommitter.open(new RootFiles(drives, 3), arbiter, attempt, Clock.systemUTC())
          .commit(change);
    }
  }

  private Root head() throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      return new RootFiles(drives, 3).head();
    }
  }

  private long used() throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      long used = 0;
      for (StoreConfig.DriveConfig drive : config.drives()) {
        used += drives.space(drive.id()).usedBytes();
      }
      return used;
    }
  }

  private void check() throws Exception {
    try (DriveSet drives = DriveSet.open(config);
        StoreReader reader = StoreReader.open(drives)) {
      List<ListEntry> entries = reader.list("/", true).toList();
      assertThat(entries).extracting(ListEntry::path).containsExactlyElementsOf(files.keySet());
      for (ListEntry entry : entries) {
        FileState file = reader.stat(entry.path()).orElseThrow();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.read(file, Channels.newChannel(out));
        assertThat(out.toByteArray()).isEqualTo(files.get(file.path()));
      }
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }
}
