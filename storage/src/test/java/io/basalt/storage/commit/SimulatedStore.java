package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootCodec;
import io.basalt.storage.root.Tail;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.segment.SegmentSealer;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * The whole write path on simulated drives, without Kafka and Flink: a topic of one partition, an
 * ingest that applies it and may stop at any step, and a model of what the files then are. The
 * clock goes on a second with each record.
 */
final class SimulatedStore {
  static final int RECORDS = 40;

  private static final int ROOT_COPIES = 3;
  private static final int KEPT = 3;
  private static final int SHARD = 16 << 10;
  private static final Incarnation TOPIC = new Incarnation(1, "writes", "topic-id", 1);
  private static final List<Write> RECORDS_OF_TOPIC = topic();

  /** One record of the write topic. */
  private record Write(String path, Op op, long position, byte[] bytes) {}

  final SimulatedDrives drives;
  private final Log log;
  private long millis = 1_000_000;
  private final Clock clock =
      ((InstantSource) () -> Instant.ofEpochMilli(millis)).withZone(ZoneOffset.UTC);
  private long acknowledged;
  private long lives;

  private SimulatedStore(SimulatedDrives drives, Log log) {
    this.drives = drives;
    this.log = log;
  }

  static SimulatedStore create() throws IOException, ArbiterException {
    SimulatedStore store =
        new SimulatedStore(new SimulatedDrives(4, 1, 16 << 20), new Log("cluster", "commits"));
    DriveSet set = store.drives.driveSet();
    Root first =
        Root.first(
            set.storeId(), "test", "0-0000000000000000-0", "0-0000000000000000", 1, set.infos());
    new RootFiles(set, ROOT_COPIES).place(first, RootCodec.encode(first), Set.of());
    return store;
  }

  /** The store as the next process finds it after a crash, one of several outcomes. */
  SimulatedStore afterCrash(long seed) {
    SimulatedStore next = new SimulatedStore(drives.afterCrash(seed), log.copy());
    next.millis = millis;
    next.acknowledged = acknowledged;
    next.lives = lives;
    return next;
  }

  private static List<Write> topic() {
    Random random = new Random(1);
    Op[] ops = {Op.PUT, Op.WRITE, Op.WRITE, Op.APPEND, Op.TRUNCATE, Op.DELETE, Op.PUT};
    List<Write> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      Op op = ops[random.nextInt(ops.length)];
      byte[] bytes = new byte[op == Op.TRUNCATE || op == Op.DELETE ? 0 : random.nextInt(2 * SHARD)];
      random.nextBytes(bytes);
      long position = op == Op.WRITE || op == Op.TRUNCATE ? random.nextInt(SHARD) : 0;
      records.add(new Write("/d/f" + random.nextInt(5), op, position, bytes));
    }
    return records;
  }

  /**
   * Runs an ingest from its start until all records are applied: it takes over from the ones
   * before, flushes and commits, makes runs, thins roots and sweeps.
   */
  void ingest(Steps steps) throws Exception {
    requireAcknowledged();
    takenOver(steps).run();
  }

  /**
   * As the job does: an attempt that began at the same head as the one before, whose first root was
   * decided and not yet linked, is refused, and the next one begins at that root.
   */
  private Ingest takenOver(Steps steps) throws Exception {
    for (int tries = 1; ; tries++) {
      Ingest ingest = new Ingest(steps);
      requireModel(ingest.drives, ingest.committer.head());
      try {
        ingest.takeOver();
        return ingest;
      } catch (CommitConflictException refused) {
        if (tries == 2) {
          throw refused;
        }
      }
    }
  }

  /** Nothing is wrong, and the files are those of the model. */
  void verify() throws IOException {
    DriveSet set = drives.driveSet();
    assertThat(new Verifier(set, ROOT_COPIES).verify().problems()).isEmpty();
    try (StoreReader reader = StoreReader.open(set)) {
      assertThat(next(reader.root())).isEqualTo(RECORDS);
      requireAdopted(reader.root());
    }
    requireModel(set, new RootFiles(set, ROOT_COPIES).newest().orElseThrow().root());
  }

  /** Nobody writes on in the segments of an attempt that has ended. */
  private static void requireAdopted(Root head) {
    for (Tail tail : head.tails()) {
      assertThat(tail.sealed() || isLive(head, tail.attempt())).as("%s is sealed", tail).isTrue();
    }
  }

  private static boolean isLive(Root head, String attempt) {
    return head.attempts().stream().anyMatch(live -> live.id().equals(attempt));
  }

  private void requireAcknowledged() throws IOException {
    try (StoreReader reader = StoreReader.open(drives.driveSet())) {
      assertThat(next(reader.root())).isGreaterThanOrEqualTo(acknowledged);
    }
  }

  private static void requireModel(DriveSet set, Root root) throws IOException {
    Map<String, byte[]> model = model(next(root));
    try (StoreReader reader = StoreReader.open(set, root)) {
      List<FileState> files = Contents.files(reader);
      assertThat(files)
          .extracting(FileState::path)
          .containsExactlyInAnyOrderElementsOf(model.keySet());
      for (FileState file : files) {
        assertThat(Contents.bytes(reader, file))
            .as("%s at record %d", file.path(), next(root))
            .isEqualTo(model.get(file.path()));
      }
    }
  }

  private static long next(Root root) {
    return root.positions().stream().mapToLong(Position::next).findFirst().orElse(0);
  }

  /** The files after so many records. */
  private static Map<String, byte[]> model(long records) {
    Map<String, byte[]> files = new HashMap<>();
    for (Write write : RECORDS_OF_TOPIC.subList(0, (int) records)) {
      byte[] old = files.getOrDefault(write.path(), new byte[0]);
      switch (write.op()) {
        case PUT -> files.put(write.path(), write.bytes());
        case WRITE -> files.put(write.path(), overlaid(old, (int) write.position(), write.bytes()));
        case APPEND -> files.put(write.path(), overlaid(old, old.length, write.bytes()));
        case TRUNCATE -> files.put(write.path(), Arrays.copyOf(old, (int) write.position()));
        case DELETE -> files.remove(write.path());
        default -> throw new IllegalStateException("no such record: " + write);
      }
    }
    return files;
  }

  private static byte[] overlaid(byte[] old, int position, byte[] bytes) {
    if (bytes.length == 0) {
      return old;
    }
    byte[] file = Arrays.copyOf(old, Math.max(old.length, position + bytes.length));
    System.arraycopy(bytes, 0, file, position, bytes.length);
    return file;
  }

  /** One life of the ingest; an error or a crash ends it. */
  private final class Ingest {
    private final DriveSet drives;
    private final RootFiles files;
    private final Attempt attempt;
    private final RootCommitter committer;
    private final SegmentWriter writer;
    private final RunMaker runs;
    private final Set<String> own;

    Ingest(Steps steps) throws IOException, ArbiterException {
      drives = SimulatedStore.this.drives.driveSet();
      files = new RootFiles(drives, ROOT_COPIES);
      attempt = Attempt.start(files.head(), new Random(++lives));
      own = Set.of(attempt.toString());
      Arbiter arbiter = CommitWorld.arbiter(steps, log.handle());
      committer = RootCommitter.open(files, arbiter, attempt, clock);
      writer =
          new SegmentWriter(
              drives,
              new SegmentWriter.Options(256 << 10, SHARD, 2, Duration.ofSeconds(5)),
              attempt.toString(),
              0,
              new Random(lives),
              clock);
      MirroredFiles mirrored = new MirroredFiles(drives, new Random(lives));
      runs =
          new RunMaker(
              mirrored,
              new SegmentReader(drives),
              new LocationMapWriter(mirrored, attempt),
              attempt,
              new RunMaker.Policy(2, 1 << 20, Duration.ofMinutes(1), 1 << 20),
              clock);
    }

    void takeOver() throws Exception {
      List<Tail> before = committer.head().tails();
      boolean known = committer.head().incarnations().contains(TOPIC);
      committer.commit(
          new IngestChange(
              attempt, List.of(), own, known ? Optional.empty() : Optional.of(TOPIC), 0, "r"));
      for (Tail tail : before) {
        if (!tail.sealed()) {
          SegmentSealer.seal(drives, tail.location());
        }
      }
    }

    void run() throws Exception {
      for (long next = next(committer.head()); next < RECORDS; next++) {
        millis += 1000;
        add(next, RECORDS_OF_TOPIC.get((int) next));
        if (next % 3 == 0) {
          flush();
        }
        if (runs.isDue(committer.head())) {
          makeRun();
        }
        if (next % 10 == 9) {
          thinAndSweep();
        }
      }
      flush();
      writer.close();
    }

    private void add(long offset, Write write) throws Exception {
      while (!writer.hasRoomFor(write.bytes().length)) {
        requireAlive();
        flush();
      }
      Event event =
          new Event(
              write.path(),
              new Version(1, offset),
              0,
              millis,
              write.op(),
              write.position(),
              Optional.empty(),
              List.of());
      writer.add(event, ByteBuffer.wrap(write.bytes()));
      writer.cover(new Range(1, 0, offset, offset + 1, -1));
    }

    /** A crash may hide in a future that nobody waits for. */
    private void requireAlive() {
      if (SimulatedStore.this.drives.stopped()) {
        throw new SimulatedCrash(SimulatedStore.this.drives.operations());
      }
    }

    private void flush() throws Exception {
      try {
        Flushed flushed = writer.flush().join();
        Root root =
            committer.commit(
                new IngestChange(attempt, List.of(flushed), own, Optional.empty(), 0, "r"));
        acknowledged = next(root);
      } catch (CompletionException failed) {
        if (failed.getCause() instanceof SimulatedCrash crash) {
          throw crash;
        }
        throw failed;
      }
    }

    private void makeRun() throws Exception {
      Optional<RunChange> change = runs.make(committer.head());
      if (change.isPresent()) {
        committer.commit(change.get());
      }
    }

    private void thinAndSweep() throws Exception {
      Root thinned =
          committer.commit(
              next -> {
                int kept = next.kept().size();
                next.kept(next.kept().subList(Math.max(0, kept - KEPT), kept));
              });
      new Pruner(files, null).delete(thinned);
      Root raised = committer.commit(Sweeper.raising(Duration.ofSeconds(2), 0));
      MirroredFiles mirrored = new MirroredFiles(drives);
      new Sweeper(
              drives,
              ROOT_COPIES,
              head -> LocationMap.load(mirrored, head).places(),
              roots -> List.of())
          .delete(raised);
    }
  }
}
