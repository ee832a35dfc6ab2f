package io.basalt.benchmarks;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.Replaced;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.Compaction;
import io.basalt.storage.compact.CompactionPlan;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.Stretch;
import io.basalt.storage.compact.StretchMerger;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Root;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.run.RunMergeChange;
import io.basalt.storage.run.RunMerger;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A store that is filled and compacted by the code of the jobs in this process and on one thread,
 * with an arbiter in memory: the tree of many files in minutes, without Kafka and Flink.
 */
final class TreeStore implements AutoCloseable {
  private static final long LOOK_NANOS = 200_000;
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final Incarnation TOPIC = new Incarnation(1, "writes", "topic", 1);

  private final BenchmarkStore store;
  private final DriveSet drives;
  private final InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "commits");
  private Duration passed = Duration.ZERO;

  /** The time, and what was let pass on top of it. */
  private final Clock clock =
      ((InstantSource) () -> Instant.now().plus(passed)).withZone(ZoneOffset.UTC);

  private final Random random = new Random(1);
  private final Attempt attempt;
  private final RootCommitter committer;
  private final SegmentWriter writer;
  private final RunMaker runs;
  private final RunMerger merger;
  private final Replaced replaced;
  private final Pruner pruner;
  private long next;
  private long committed;
  private long thinned = System.nanoTime();

  TreeStore(Path parent, int gibibytes, String segmentSize) throws Exception {
    this(parent, gibibytes, segmentSize, 0);
  }

  TreeStore(Path parent, int gibibytes, String segmentSize, int capacityDrives) throws Exception {
    store =
        new BenchmarkStore(
            parent, "127.0.0.1:9092", "tree", gibibytes, segmentSize, capacityDrives);
    drives = DriveSet.open(store.config());
    attempt = Attempt.start(roots().head(), random);
    committer = open(attempt);
    writer =
        new SegmentWriter(
            drives,
            SegmentWriter.Options.of(store.config()),
            attempt.toString(),
            0,
            new Random(2),
            clock);
    MirroredFiles files = new MirroredFiles(drives);
    runs =
        new RunMaker(
            files,
            new SegmentReader(drives),
            new LocationMapWriter(files, attempt),
            attempt,
            RunMaker.Policy.DEFAULTS,
            clock);
    merger = new RunMerger(files, attempt, RunMerger.Policy.DEFAULTS, roots()::read);
    replaced = new Replaced(drives);
    pruner = new Pruner(roots(), store.config().retention());
  }

  private RootFiles roots() {
    return new RootFiles(drives, store.config().rootCopies());
  }

  /** A committer of another job. */
  RootCommitter committer() throws Exception {
    return open(Attempt.start(head(), random));
  }

  private RootCommitter open(Attempt of) throws Exception {
    return RootCommitter.open(roots(), log.handle(), of, clock);
  }

  /** Another process's view of the drives. */
  DriveSet openDrives() {
    return DriveSet.open(store.config());
  }

  DriveSet drives() {
    return drives;
  }

  Root head() throws Exception {
    return committer.refresh();
  }

  /** The location map of the newest head. */
  LocationMap map() throws IOException {
    return map(LocationMap.none());
  }

  /** The same, given an earlier one. */
  LocationMap map(LocationMap known) throws IOException {
    try {
      return known.reload(new MirroredFiles(drives), roots().head());
    } catch (ArbiterException e) {
      throw new IOException(e);
    }
  }

  /** Where a drive stands. */
  Path drive(String id) {
    return store.file().resolveSibling(id);
  }

  StoreConfig config() {
    return store.config();
  }

  void put(String path, byte[] content) throws Exception {
    add(path, Op.PUT, 0, content);
  }

  void write(String path, long position, byte[] content) throws Exception {
    add(path, Op.WRITE, position, content);
  }

  private void add(String path, Op op, long position, byte[] content) throws Exception {
    while (!writer.hasRoomFor(content.length)) {
      if (writer.waiting().isPresent()) {
        throw new IllegalStateException(writer.waiting().get());
      }
      commit();
    }
    writer.add(
        new Event(
            path,
            new Version(1, next),
            0,
            clock.millis(),
            op,
            position,
            Optional.empty(),
            List.of()),
        ByteBuffer.wrap(content));
    next++;
  }

  /** Flushes and commits what is staged, as ingest does. */
  void commit() throws Exception {
    if (next > committed) {
      writer.cover(new Range(1, 0, committed, next, -1));
    }
    Flushed flushed = writer.flush().get();
    committed = next;
    commit(
        new IngestChange(
            attempt,
            List.of(flushed),
            Set.of(attempt.toString()),
            Optional.of(TOPIC),
            0,
            "rejects"));
  }

  /** Makes the runs that are due, which ingest does beside its commits. */
  void makeRuns() throws Exception {
    while (runs.isDue(committer.head())) {
      commitRun();
    }
  }

  private void commitRun() throws Exception {
    RunChange change = runs.make(committer.head()).orElseThrow();
    commit(change);
    change.made().forEach(replaced::committed);
  }

  /** Merges runs as long as that is due, which ingest does beside its commits. */
  void mergeRuns() throws Exception {
    for (Optional<RunMergeChange> change = merger.make(committer.head());
        change.isPresent();
        change = merger.make(committer.head())) {
      committer.commit(change.get());
      change.get().run().ifPresent(run -> replaced.committed(run.file()));
      replaced.delete(committer.head());
    }
  }

  /** Seals all segments that hold something and makes a run of them. */
  void makeRun() throws Exception {
    commit();
    Set<String> open = open(committer.head());
    passed = passed.plus(store.config().sealAfter()).plusSeconds(1);
    while (open(committer.head()).stream().anyMatch(open::contains)) {
      if (writer.isFlushDue()) {
        commit();
      } else {
        // Another segment is being opened in place of the one that will be sealed.
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    commitRun();
  }

  private static Set<String> open(Root root) {
    return root.tails().stream()
        .filter(tail -> !tail.sealed())
        .map(tail -> tail.location().segment())
        .collect(Collectors.toSet());
  }

  private void commit(Change change) throws Exception {
    committer.commit(change);
    thinRoots();
  }

  /** Once a second, which ingest does beside its commits. */
  private void thinRoots() throws Exception {
    if (System.nanoTime() - thinned > SECOND_NANOS) {
      thinned = System.nanoTime();
      pruner.delete(committer.commit(pruner.thinning()));
    }
  }

  /** A whole pass: plan, every stretch after the other, commit. */
  Compaction.Outcome compact() throws Exception {
    Root head = head();
    Attempt own = Attempt.start(head, random);
    RootCommitter commits = committer();
    Root base =
        roots().read(CompactionStart.base(commits.commit(new CompactionStart(own, clock)), own));
    CopyPolicy copies = CopyPolicy.of(store.config());
    MirroredFiles mirrors = new MirroredFiles(drives);
    TreeFileWriter files = TreeFileWriter.of(mirrors, own.toString(), random);
    CompactionPlan plan = CompactionPlan.of(drives, base, copies, roots -> {}, Abandonment.NONE);
    List<Merged> merged = new ArrayList<>();
    try (StoreReader reader = StoreReader.open(drives, base)) {
      StretchMerger merger =
          new StretchMerger(reader, files, LeafLimits.DEFAULTS, Abandonment.NONE);
      for (Stretch stretch : plan.stretches()) {
        merged.add(merger.merge(stretch));
      }
    }
    return new Compaction(drives, mirrors, commits, own, base, files, copies)
        .commit(merged, Abandonment.NONE);
  }

  @Override
  public void close() throws IOException {
    writer.close();
    drives.close();
    store.close();
  }
}
