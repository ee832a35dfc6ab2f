package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.FileClass;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole store at work, as real processes: ingest, migrate, compaction and expiry of roots at
 * once, while roots are read and processes die. {@code -Dsoak.duration=PT30M} says for how long,
 * {@code -Dsoak.seed=N} repeats what is written.
 */
@Tag("soak")
class LifeSoakTest {
  private static final Duration DURATION =
      Duration.parse(System.getProperty("soak.duration", "PT2M"));
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final int BATCH = 20;
  private static final int RECORDS_PER_SECOND = 300;
  private static final long MOST_LAG = 2_000;

  /** Until the last root that an idle store drops is dropped: compaction has chores that long. */
  private static final Duration EXPIRY = Duration.ofMinutes(4);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  @TempDir Path folder;

  private final Random reads = new Random(SEED + 1);

  private final Random kills = new Random(SEED + 2);
  private final Set<Long> compactions = Collections.synchronizedSet(new HashSet<>());
  private long rootsRead;
  private long rootsExpired;
  private long processesKilled;
  private volatile boolean over;

  @Test
  void everyReadEqualsTheModelWhileProcessesDie() throws Exception {
    live("5s", true);
    assertThat(processesKilled).isPositive();
  }

  @Test
  void ingestMigrateAndCompactionCommitAtOnce() throws Exception {
    live("1s", false);
  }

  private void live(String interval, boolean killing) throws Exception {
    System.out.printf("seed %d, %s%n", SEED, DURATION);
    try (RunningStore store = store(interval)) {
      store.up();
      StoreConfig config = StoreConfigLoader.load(store.config());
      Map<String, Object> settings = KafkaSettings.producer(config.kafka());
      settings.put("delivery.timeout.ms", 300_000);
      try (DriveSet drives = DriveSet.open(config);
          KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
        LifeModel model = new LifeModel(producer, config.kafka().topics().writes(), SEED);
        RootFiles roots = new RootFiles(drives, config.rootCopies());
        workTogether(
            killing
                ? List.of(
                    () -> write(model, roots), () -> read(model, roots, drives), () -> kill(store))
                : List.of(() -> write(model, roots), () -> read(model, roots, drives)));
        settle(store, model, roots);
        check(drives, roots.head(), model);
        store.await(
            "uploads that nobody goes on with to be dropped", status -> !isPending(drives, roots));
        assertThat(model.leftUploads()).isPositive();
        assertThat(roots.head().uploads().droppedAfter()).isPositive();
        store.await("a sweep of what is left over", status -> orphans(store).isEmpty());
        store.await(
            "files that nothing refers to, of live attempts alone",
            EXPIRY.plus(Sweeper.GRACE.multipliedBy(3)),
            status -> pendingOfOthers(drives, config, roots).isEmpty());
        System.out.printf(
            "%d records, %d roots read, %d expired meanwhile, %d processes killed, %d"
                + " compactions%n",
            model.records(), rootsRead, rootsExpired, processesKilled, compactions.size());
        assertThat(rootsRead).isPositive();
        assertThat(compactions).isNotEmpty();
      }
      System.out.println(store.run("df", "--json").json());
      store.run("down").done();
      JsonNode files = store.run("orphans", "--json").json();
      System.out.println(files);
      assertThat(files.path("orphans")).isEmpty();
      assertThat(files.path("classes").path("foreign").path("files").asInt()).isZero();
      requirePending(config, files);
      JsonNode verified = store.run("verify", "--json").json();
      System.out.println(verified);
      assertThat(verified.path("problems")).isEmpty();
    }
  }

  /** Small drives, so that everything has to happen within minutes. */
  private RunningStore store(String interval) throws IOException {
    RunningStore store =
        RunningStore.init(
            folder.resolve("store"), "--scm-size", "64MiB", "--capacity-size", "1GiB");
    Files.writeString(
        store.config(),
        Files.readString(store.config())
                .replaceAll(
                    "(?m)^(segment-size|seal-after|watermark|migrate|compaction|retention):.*\n",
                    "")
            + """
            segment-size: 1MiB
            seal-after: 5s
            watermark: {high: 0.5, low: 0.4}
            migrate: {interval: %1$s}
            compaction: {interval: %1$s, live-threshold: 0.5, upload-retention: 30s}
            retention: {keep-all-for: 10s, per-minute: 3, per-hour: 0, per-day: 0}
            """
                .formatted(interval));
    return store;
  }

  /** Runs all until the time is over; the first failure ends them and is thrown. */
  private void workTogether(List<Callable<Void>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (Callable<Void> task : tasks) {
        running.add(threads.submit(() -> untilOver(task)));
      }
      long end = System.nanoTime() + DURATION.toNanos();
      while (System.nanoTime() < end && !over) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
      over = true;
      for (Future<Void> task : running) {
        task.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Void untilOver(Callable<Void> task) throws Exception {
    try {
      while (!over) {
        task.call();
      }
      return null;
    } finally {
      over = true;
    }
  }

  private Void write(LifeModel model, RootFiles roots) throws Exception {
    model.write(BATCH);
    LockSupport.parkNanos(BATCH * TimeUnit.SECONDS.toNanos(1) / RECORDS_PER_SECOND);
    while (!over && model.lag(positions(roots.head())) > MOST_LAG) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return null;
  }

  /** Reads one of the roots that are kept; it may be dropped meanwhile, and then says so. */
  private Void read(LifeModel model, RootFiles roots, DriveSet drives) throws Exception {
    Root head = roots.head();
    head.tree().map(TreeTop::root).ifPresent(compactions::add);
    int choice = reads.nextInt(head.kept().size() + 1);
    long number = choice == head.kept().size() ? head.number() : head.kept().get(choice).number();
    try {
      check(drives, number == head.number() ? head : roots.read(number), model);
      rootsRead++;
    } catch (IOException | UncheckedIOException e) {
      Root now = roots.head();
      boolean kept =
          now.number() == number || now.kept().stream().anyMatch(each -> each.number() == number);
      if (kept) {
        throw new AssertionError("root %d is kept and cannot be read".formatted(number), e);
      }
      rootsExpired++;
    }
    return null;
  }

  /** All names and sizes of a root, and every byte. */
  private static void check(DriveSet drives, Root root, LifeModel model) throws IOException {
    Map<String, byte[]> expected = model.files(positions(root));
    try (StoreReader reader = StoreReader.open(drives, root)) {
      List<FileState> files = new ArrayList<>();
      for (Iterator<FileState> all = reader.files(PathRange.ALL); all.hasNext(); ) {
        files.add(all.next());
      }
      assertThat(files)
          .as("files of root %d", root.number())
          .extracting(FileState::path)
          .containsExactlyElementsOf(expected.keySet());
      for (FileState file : files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        reader.read(file, Channels.newChannel(bytes));
        assertThat(bytes.toByteArray())
            .as("%s at root %d", file.path(), root.number())
            .isEqualTo(expected.get(file.path()));
      }
    }
  }

  private static Map<Integer, Long> positions(Root root) {
    Map<Integer, Long> positions = new HashMap<>();
    root.positions().forEach(each -> positions.put(each.partition(), each.next()));
    return positions;
  }

  /**
   * Ends a process at once, mostly the one that does the work, then lets the store go on a while.
   */
  private Void kill(RunningStore store) {
    String[] names = {"taskmanager", "taskmanager", "taskmanager", "jobmanager", "kafka"};
    String name = names[kills.nextInt(names.length)];
    pause(TimeUnit.SECONDS.toMillis(15) + kills.nextInt(30_000));
    if (over) {
      return null;
    }
    long pid = RunningStore.service(store.status(), name).path("pid").asLong();
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (pid > 0 && process.isPresent()) {
      System.out.printf("kill -9 %s%n", name);
      process.get().destroyForcibly();
      process.get().onExit().join();
      processesKilled++;
      store.await("ingest", status -> status.path("ingest").asText().equals("running"));
    }
    return null;
  }

  private void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!over && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Whether any upload has parts and was not published. */
  private static boolean isPending(DriveSet drives, RootFiles roots) {
    try (StoreReader reader = StoreReader.open(drives, roots.head())) {
      FoldedPaths<PathState> paths =
          new FoldedPaths<>(
              reader.settled(PathRange.ALL), reader.since(PathRange.ALL), PathState::none);
      boolean pending = false;
      while (paths.hasNext()) {
        pending |= !paths.next().parts().isEmpty();
      }
      return pending;
    } catch (IOException | ArbiterException e) {
      throw new AssertionError(e);
    }
  }

  /** Pending files whose attempt the head does not know: it may have ended, and nobody said so. */
  private static List<String> pendingOfOthers(
      DriveSet drives, StoreConfig config, RootFiles roots) {
    try {
      Root head = roots.head();
      Set<String> live =
          head.attempts().stream().map(Root.LiveAttempt::id).collect(Collectors.toSet());
      return pending(drives, config, head)
          .map(file -> file.file().name())
          .filter(name -> !live.contains(Attempt.ofFile(name).orElseThrow().toString()))
          .toList();
    } catch (IOException | ArbiterException e) {
      throw new AssertionError(e);
    }
  }

  private static Stream<Sweeper.Found> pending(DriveSet drives, StoreConfig config, Root head)
      throws IOException {
    return Sweeps.of(drives, config.rootCopies()).files(head).stream()
        .filter(file -> file.kind() == FileClass.PENDING);
  }

  /**
   * Once all processes have ended, the command counts as pending just what the last ingest had
   * open: nothing else is live.
   */
  private static void requirePending(StoreConfig config, JsonNode answer) throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      Root head = new RootFiles(drives, config.rootCopies()).head();
      List<Sweeper.Found> pending = pending(drives, config, head).toList();
      assertThat(answer.path("classes").path("pending").path("files").asInt())
          .isEqualTo(pending.size());
      Map<String, String> kinds = new HashMap<>();
      head.attempts().forEach(live -> kinds.put(live.id(), live.kind()));
      for (Sweeper.Found file : pending) {
        String name = file.file().name();
        assertThat(name).matches("(segments|tokens|roots|runs|maps)/.*");
        assertThat(kinds.get(Attempt.ofFile(name).orElseThrow().toString()))
            .as(name)
            .isEqualTo(IngestChange.KIND);
      }
    }
  }

  private static JsonNode orphans(RunningStore store) {
    return store.run("orphans", "--json").json().path("orphans");
  }

  /** Until everything that was written is applied. */
  private static void settle(RunningStore store, LifeModel model, RootFiles roots) {
    store.await(
        "all records",
        status -> {
          try {
            return model.lag(positions(roots.head())) == 0;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }
}
