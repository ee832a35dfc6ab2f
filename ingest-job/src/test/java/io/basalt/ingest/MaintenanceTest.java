package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.Topics;
import io.basalt.kafka.WriteLogs;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.run.RunMerger;
import io.basalt.storage.segment.SegmentReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the committer's maintenance does to a store that an ingest job has written. */
@Timeout(180)
class MaintenanceTest extends ClusterTest {
  @BeforeAll
  static void start(@TempDir Path logs) throws Exception {
    start(logs, 1);
  }

  /** A committer of its own, at a time that the test chooses; it takes the store over. */
  private static final class Keeper implements AutoCloseable {
    private final DriveSet drives;
    private final Admin admin;
    private final KafkaArbiter arbiter;
    private final IngestCommitter committer;
    private final WriteTopic topic;
    private final Maintenance maintenance;
    private long nanos;

    Keeper(TestStore store, Duration later) throws Exception {
      this(
          store,
          Clock.offset(Clock.systemUTC(), later),
          Clock.offset(Clock.systemUTC(), later),
          failure -> {
            throw new AssertionError(failure);
          });
    }

    Keeper(TestStore store, Clock clock, Clock ofRuns, Consumer<Throwable> onFailure)
        throws Exception {
      drives = DriveSet.open(store.config());
      admin = broker.admin();
      arbiter = KafkaArbiter.open(store.config().kafka());
      Topics topics = Topics.check(admin, store.config().kafka());
      RootFiles files = new RootFiles(drives, store.config().rootCopies());
      Attempt attempt = Attempt.start(files.head(), new Random());
      CommitterMetrics metrics = new CommitterMetrics(new UnregisteredMetricsGroup());
      committer =
          new IngestCommitter(
              RootCommitter.open(files, arbiter, attempt, clock),
              KafkaAnnouncer.open(store.config().kafka(), admin, topics),
              drives,
              clock,
              0,
              metrics,
              onFailure);
      MirroredFiles mirrored = new MirroredFiles(drives);
      topic = new WriteTopic(admin, store.config().kafka(), topics, clock);
      maintenance =
          new Maintenance(
              committer,
              new RunMaker(
                  mirrored,
                  new SegmentReader(drives),
                  new LocationMapWriter(mirrored, attempt),
                  attempt,
                  RunMaker.Policy.DEFAULTS,
                  ofRuns),
              new RunMerger(mirrored, attempt, RunMerger.Policy.DEFAULTS, files::read),
              new Pruner(files, store.config().retention()),
              Sweeps.of(drives, store.config().rootCopies()),
              drives,
              topic,
              () -> nanos,
              metrics,
              onFailure);
      committer.start();
      List<Incarnation> incarnations = committer.head().incarnations();
      committer.submit(
          FlushMessage.of(
              incarnations.get(incarnations.size() - 1),
              new Flushed(attempt.toString(), 0, List.of(), List.of()),
              List.of(),
              List.of()));
      committer.settled().get();
    }

    @Override
    public void close() {
      maintenance.close();
      committer.close();
      arbiter.close();
      admin.close();
      drives.close();
    }
  }

  @Test
  void deletesWhatAttemptsThatEndedLeftBehind() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "sweep")) {
      RandomSteps steps = new RandomSteps(40, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      cluster.cancel(job);
      Path left = store.drive("scm-0").resolve("segments/1-00000000000000aa-0-0");
      // Chance may have put no segment on this drive.
      Files.createDirectories(left.getParent());
      Files.write(left, new byte[100]);
      long before = store.head().number();

      try (Keeper now = new Keeper(store, Duration.ZERO)) {
        now.maintenance.sweep();
        // Its attempt may still be on its way to its first commit.
        assertThat(left).exists();
        assertThat(store.head().floor()).isZero();
      }
      try (Keeper later = new Keeper(store, Duration.ofMinutes(10))) {
        later.maintenance.sweep();
      }
      assertThat(left).doesNotExist();
      assertThat(store.head().floor()).isGreaterThanOrEqualTo(before);
      store.assertHolds(steps.model());

      JobID again = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      cluster.cancel(again);
    }
  }

  @Test
  void sweepsOnAfterAClockThatRanAheadWasSetRight() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "ahead")) {
      RandomSteps steps = new RandomSteps(43, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);
      // A root of next year: no later one is younger until then.
      new Keeper(store, Duration.ofDays(365)).close();
      long ahead = store.head().number();
      Path left = store.drive("scm-0").resolve("runs/" + ahead + "-00000000000000aa-0");
      Files.createDirectories(left.getParent());
      Files.write(left, new byte[100]);

      try (Keeper now = new Keeper(store, Duration.ZERO)) {
        now.maintenance.sweep();
        assertThat(store.head().floor()).isLessThanOrEqualTo(ahead);
        assertThat(left).exists();
        now.nanos = Duration.ofMinutes(3).toNanos();
        now.committer.commit(next -> {}).get();
        now.maintenance.sweep();
        assertThat(store.head().floor()).isGreaterThan(ahead);
      }
      assertThat(left).doesNotExist();
      store.assertHolds(steps.model());
    }
  }

  @Test
  void deletesRecordsThatAreAppliedAndOlderThanTheyAreKept() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "keep")) {
      RandomSteps steps = new RandomSteps(41, 20);
      JobID job = cluster.submit(store.file(), 2);
      store.write(steps, 200);
      cluster.cancel(job);
      for (int i = 0; i < 100; i++) {
        store.send(steps.next());
      }
      store.awaitSent();

      try (Keeper now = new Keeper(store, Duration.ZERO)) {
        now.topic.deleteApplied(store.head());
        assertThat(starts(store)).containsOnly(0L);
      }
      try (Keeper later = new Keeper(store, Duration.ofHours(2))) {
        later.topic.deleteApplied(store.head());
      }
      // What is not applied stays, however old it is.
      Root head = store.head();
      assertThat(starts(store))
          .containsExactlyElementsOf(
              WriteLogs.positions(head, Optional.of(head.incarnations().get(0))).values().stream()
                  .map(Position::next)
                  .toList());
      JobID again = cluster.submit(store.file(), 2);
      store.awaitAcknowledged();
      store.assertHolds(steps.model());
      cluster.cancel(again);
    }
  }

  @Test
  void anErrorOfAStepFailsTheJobAndDoesNotEndTheStepUnheard() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "error")) {
      JobID job = cluster.submit(store.file(), 1);
      store.write(new RandomSteps(44, 20), 20);
      cluster.cancel(job);
      OutOfMemoryError error = new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
      InstantSource source =
          () -> {
            throw error;
          };
      Clock broken = source.withZone(ZoneOffset.UTC);
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      try (Keeper keeper = new Keeper(store, Clock.systemUTC(), broken, failure::complete)) {
        keeper.maintenance.start();
        assertThat(failure.get(60, TimeUnit.SECONDS)).isSameAs(error);
      }
    }
  }

  private static List<Long> starts(TestStore store) throws Exception {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    for (int partition = 0; partition < 4; partition++) {
      all.put(new TopicPartition(store.writes(), partition), OffsetSpec.earliest());
    }
    var found = store.admin().listOffsets(all).all().get();
    return List.of(0, 1, 2, 3).stream()
        .map(partition -> found.get(new TopicPartition(store.writes(), partition)).offset())
        .toList();
  }

  @Test
  void keepsTheLastRootsAndOneOfEachSecondBefore() throws Exception {
    try (TestStore store = TestStore.create(directory, broker, "thin")) {
      RandomSteps steps = new RandomSteps(42, 20);
      JobID job = cluster.submit(store.file(), 1);
      store.write(steps, 50);
      cluster.cancel(job);

      try (Keeper keeper = new Keeper(store, Duration.ZERO)) {
        long from = System.nanoTime();
        for (int i = 0; i < 150; i++) {
          keeper.committer.commit(next -> {}).get();
        }
        long seconds = Duration.ofNanos(System.nanoTime() - from).toSeconds();
        assertThat(keeper.committer.head().kept()).hasSizeGreaterThan(150);
        keeper.maintenance.thinRoots();
        assertThat(keeper.committer.head().kept().size())
            .isBetween(64, 64 + 60 + (int) Math.min(seconds, 30));
      }
      long kept = store.head().kept().size();
      assertThat(store.stored().keySet())
          .filteredOn(name -> name.startsWith("scm-0 roots/root-"))
          .hasSizeLessThanOrEqualTo((int) kept + 1);
      store.assertHolds(steps.model());
    }
  }
}
