package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.StoreConfig.Watermark;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store on simulated drives with a log in memory, what its files must hold, and processes that
 * ingest and migrate. Calls to drives run on the caller's thread, so that all repeats exactly.
 */
final class MigrateWorld {
  static final long SEGMENT_BYTES = 512 << 10;
  static final int ROOT_COPIES = 3;
  private static final SegmentWriter.Options OPTIONS =
      new SegmentWriter.Options(SEGMENT_BYTES, 32 << 10, 2, Duration.ofDays(1));

  final SimulatedDrives drives;
  final InMemoryArbiter.Log log;
  final Map<String, byte[]> model;
  private final AtomicLong nonces;
  private Runnable beforeArbiter = () -> {};
  private final List<Staged> staged = new ArrayList<>();
  private long writtenBytes;
  private Erasure erasure = new Erasure(OptionalInt.of(4), OptionalInt.of(2));
  private Watermark watermark = new Watermark(0.80, 0.80);

  private MigrateWorld(
      SimulatedDrives drives,
      InMemoryArbiter.Log log,
      Map<String, byte[]> model,
      AtomicLong nonces) {
    this.drives = drives;
    this.log = log;
    this.model = new LinkedHashMap<>(model);
    this.nonces = nonces;
  }

  /** An empty store with SCM drives and capacity drives of these sizes. */
  static MigrateWorld create(int scm, long scmBytes, int capacity, long capacityBytes)
      throws IOException, ArbiterException {
    MigrateWorld world =
        new MigrateWorld(
            new SimulatedDrives(scm, scmBytes, capacity, capacityBytes),
            new InMemoryArbiter.Log("cluster", "topic"),
            Map.of(),
            new AtomicLong());
    StoreInitializer.create(world.open(), world.config(), Clock.systemUTC());
    return world;
  }

  /** The world as the next processes find it after a crash; what was decided counts. */
  MigrateWorld afterCrash(long seed) throws IOException, ArbiterException {
    MigrateWorld next =
        new MigrateWorld(drives.afterCrash(seed), log.copy(), model, new AtomicLong(nonces.get()));
    next.erasure = erasure;
    next.watermark = watermark;
    next.writtenBytes = writtenBytes;
    next.staged.addAll(staged);
    next.settle(position(next.committer(next.open()).head()));
    return next;
  }

  private static long position(Root head) {
    return head.positions().stream().mapToLong(Position::next).findFirst().orElse(0);
  }

  /** Expects what was staged below the position; the rest was never committed. */
  private void settle(long position) {
    for (Staged each : staged) {
      if (each.offset() < position) {
        model.put(each.path(), each.bytes());
        writtenBytes += each.bytes().length;
      }
    }
    staged.clear();
  }

  /** A write that may be committed or not. */
  private record Staged(long offset, String path, byte[] bytes) {}

  /** Runs before every call to the arbiter. */
  void beforeArbiter(Runnable step) {
    beforeArbiter = step;
  }

  /** Bytes of files that were committed so far. */
  long writtenBytes() {
    return writtenBytes;
  }

  void erasure(int dataStrips, int parityStrips) {
    erasure = new Erasure(OptionalInt.of(dataStrips), OptionalInt.of(parityStrips));
  }

  void autoErasure() {
    erasure = new Erasure(OptionalInt.empty(), OptionalInt.empty());
  }

  void watermark(double share) {
    watermark = new Watermark(share, share);
  }

  DriveSet open() {
    return drives.driveSet();
  }

  private StoreConfig config() {
    return new StoreConfig(
        Path.of("basalt.yaml"),
        "test",
        List.of(),
        ROOT_COPIES,
        SEGMENT_BYTES,
        OPTIONS.shardSize(),
        OPTIONS.openSegments(),
        Duration.ZERO,
        OPTIONS.sealAfter(),
        DriveSet.Options.DEFAULTS.reserveShare(),
        erasure,
        watermark,
        null,
        null,
        null,
        1 << 20,
        1 << 30,
        null);
  }

  MigratePlanner planner() {
    return MigratePlanner.of(config(), random());
  }

  Random random() {
    return new Random(nonces.incrementAndGet());
  }

  RootCommitter committer(DriveSet set) throws IOException, ArbiterException {
    RootFiles files = new RootFiles(set, ROOT_COPIES);
    Attempt attempt = Attempt.start(files.head(), random());
    return RootCommitter.open(files, new Stepped(log.handle()), attempt, Clock.systemUTC());
  }

  Root head() throws IOException, ArbiterException {
    return new RootFiles(open(), ROOT_COPIES).head();
  }

  /** Tells each call before it is made. */
  private final class Stepped implements Arbiter {
    private final Arbiter arbiter;

    Stepped(Arbiter arbiter) {
      this.arbiter = arbiter;
    }

    @Override
    public String clusterId() {
      return arbiter.clusterId();
    }

    @Override
    public String topicId() {
      return arbiter.topicId();
    }

    @Override
    public long append(Proposal proposal) throws IOException {
      beforeArbiter.run();
      return arbiter.append(proposal);
    }

    @Override
    public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
      beforeArbiter.run();
      return arbiter.readFrom(offset);
    }

    @Override
    public void close() {
      arbiter.close();
    }
  }

  private static Root newestHead(DriveSet set) throws IOException {
    try {
      return new RootFiles(set, ROOT_COPIES).head();
    } catch (ArbiterException e) {
      throw new IOException(e);
    }
  }

  LocationMap map() throws IOException, ArbiterException {
    DriveSet set = open();
    return LocationMap.load(new MirroredFiles(set), new RootFiles(set, ROOT_COPIES).head());
  }

  Ingest ingest() throws Exception {
    return new Ingest();
  }

  /** Seals what the last ingest left open, as the first commit of the next one does. */
  void sealAll() throws Exception {
    try (Ingest next = ingest()) {
      next.commit();
    }
  }

  /** One run of ingest with a writer of one partition. */
  final class Ingest implements AutoCloseable {
    private final RootCommitter committer;
    private final SegmentWriter writer;
    private final Random random = random();
    private long next;
    private long committed;

    private Ingest() throws Exception {
      DriveSet set = open();
      committer = committer(set);
      writer =
          new SegmentWriter(
              set, OPTIONS, committer.attempt().toString(), 0, random, Clock.systemUTC());
      committed = position(committer.head());
      next = committed;
      commit();
    }

    /** Writes files of up to 64 KiB until the SCM is that full; false if ingest waits before. */
    boolean fillTo(double share) throws Exception {
      while (scmFill() < share) {
        if (!put("/f/%03d".formatted(random.nextInt(500)), random.nextInt(64 << 10))) {
          return false;
        }
      }
      commit();
      return true;
    }

    /** False if ingest waits for space; what was staged is committed. */
    boolean put(String path, int length) throws Exception {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      while (!writer.hasRoomFor(length)) {
        if (writer.waiting().isPresent()) {
          commit();
          return false;
        }
        commit();
      }
      Event event =
          new Event(
              path,
              new Version(1, next),
              0,
              1_700_000_000_000L + next,
              Op.PUT,
              0,
              Optional.empty(),
              List.of());
      writer.add(event, ByteBuffer.wrap(bytes));
      staged.add(new Staged(next, path, bytes));
      next++;
      return true;
    }

    Root commit() throws Exception {
      if (next > committed) {
        writer.cover(new Range(1, 0, committed, next, -1));
      }
      Flushed flushed = DriveSet.await(writer.flush());
      Root root =
          committer.commit(
              new IngestChange(
                  committer.attempt(),
                  List.of(flushed),
                  Set.of(committer.attempt().toString()),
                  Optional.of(new Incarnation(1, "basalt.writes", "topic-id", 1)),
                  0,
                  "rejects"));
      committed = next;
      settle(committed);
      return root;
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  double scmFill() throws IOException {
    double most = 0;
    for (Drive drive : drives.drives()) {
      if (drive.info().tier() == Tier.SCM) {
        most = Math.max(most, (double) usedBytes(drive) / drive.info().size());
      }
    }
    return most;
  }

  private static long usedBytes(Drive drive) throws IOException {
    try {
      return drive.usedBytes();
    } catch (DriveUnavailableException unplugged) {
      return 0;
    }
  }

  MigratePlan preview() throws IOException, ArbiterException {
    return new MigrateStart(open(), planner()).preview(head());
  }

  /** What a migration did. */
  record Done(
      int stripes, int segments, long freedBytes, MigratePlan plan, List<String> problems) {}

  /** A whole migration, step by step. */
  Done migrate() throws Exception {
    Migration migration = new Migration();
    migration.finish();
    return migration.done();
  }

  /** One run of migration that a test can stop between any two steps. */
  final class Migration {
    final DriveSet set = open();
    final RootCommitter committer = committer(set);
    private final List<String> problems = new ArrayList<>();
    private MigratePlan plan;
    private StripeMaker maker;
    private StripeCommitter stripes;
    private MadeStripe made;
    private int next;
    private int moved;
    private int segments;
    private long freed;
    private boolean ended;

    Migration() throws IOException, ArbiterException {}

    /** Goes on as if the plan were for the sake of one segment, whose stripe the others fill. */
    void wantsOnly(SegmentLocation wanted) {
      List<PlannedStripe> its = new ArrayList<>();
      for (PlannedStripe stripe : plan.stripes()) {
        List<PlannedSegment> segments = new ArrayList<>();
        for (PlannedSegment each : stripe.segments()) {
          boolean isWanted = each.segment().equals(wanted);
          Why why = isWanted ? Why.LOST_MIRROR : Why.FILLS_STRIPE;
          segments.add(new PlannedSegment(each.segment(), each.offset(), why));
        }
        if (segments.stream().anyMatch(each -> each.why() == Why.LOST_MIRROR)) {
          its.add(new PlannedStripe(stripe.shape(), segments));
        }
      }
      plan = new MigratePlan(its, false, false, Optional.empty(), List.of());
    }

    /** Steps until nothing is left to do. */
    void finish() throws Exception {
      boolean more = true;
      while (more) {
        more = step();
      }
    }

    /** Plans, makes a stripe, commits one, or ends; false once it has ended. */
    boolean step() throws Exception {
      if (plan == null) {
        plan = new MigrateStart(set, planner()).begin(committer, Clock.systemUTC());
        stripes = new StripeCommitter(set, committer(set), committer.attempt());
        maker =
            new StripeMaker(
                set,
                known -> known.reload(new MirroredFiles(set), newestHead(set)),
                committer.attempt(),
                0,
                random());
      } else if (made != null) {
        commit();
      } else if (next < plan.stripes().size()) {
        make(plan.stripes().get(next++));
      } else if (!ended) {
        if (!plan.stripes().isEmpty()) {
          stripes.end();
        }
        maker.close();
        ended = true;
      } else {
        return false;
      }
      return true;
    }

    private void make(PlannedStripe planned) throws IOException {
      StripeMaker.Outcome outcome = maker.make(planned);
      if (outcome instanceof StripeMaker.Outcome.Made whole) {
        made = whole.stripe();
        if (!whole.problem().isEmpty()) {
          problems.add(whole.problem());
        }
      } else if (outcome instanceof StripeMaker.Outcome.Failed failed) {
        problems.add(failed.reason());
      }
    }

    private void commit() throws Exception {
      StripeCommitter.Outcome outcome = stripes.commit(made);
      if (outcome instanceof StripeCommitter.Outcome.Moved done) {
        moved++;
        segments += made.segments().size();
        freed += done.freedBytes();
      } else if (outcome instanceof StripeCommitter.Outcome.Lost lost) {
        problems.add(lost.reason());
      }
      made = null;
    }

    Done done() {
      return new Done(moved, segments, freed, plan, problems);
    }
  }

  /** Ends what is not live and deletes what no root names. */
  void sweep() throws Exception {
    DriveSet set = open();
    RootFiles files = new RootFiles(set, ROOT_COPIES);
    RootCommitter committer = committer(set);
    Root root =
        committer.commit(
            next -> {
              Sweeper.raising(Duration.ZERO, 0).apply(next);
              next.kept(next.kept().subList(next.kept().size() - 1, next.kept().size()));
            });
    new Pruner(files, null).delete(root);
    MirroredFiles mirrors = new MirroredFiles(set);
    new Sweeper(
            set, ROOT_COPIES, head -> LocationMap.load(mirrors, head).places(), roots -> List.of())
        .delete(root);
  }

  /** No strip but those of the map's stripes, and no mirror of a segment in one. */
  void checkNothingIsLeft() throws IOException, ArbiterException {
    LocationMap map = map();
    Set<String> strips = new TreeSet<>();
    for (Stripe stripe : map.stripes()) {
      for (int strip = 0; strip < stripe.strips(); strip++) {
        strips.add(stripe.drives().get(strip) + " " + stripe.fileName(strip));
      }
    }
    Set<String> found = new TreeSet<>();
    for (Drive drive : drives.drives()) {
      drive.list("stripes").forEach(file -> found.add(drive.info().id() + " " + file.name()));
      for (Drive.StoredFile file : drive.list("segments")) {
        String segment = file.name().substring("segments/".length());
        assertThat(map.find(segment).filter(at -> at.place() instanceof StripePlace))
            .as(drive.info().id() + " " + file.name())
            .isEmpty();
      }
    }
    assertThat(found).isEqualTo(strips);
  }

  /** Reads every file that has a shard in the segment. */
  void readFilesIn(String segment) throws IOException {
    try (StoreReader reader = StoreReader.open(open())) {
      for (String path : model.keySet()) {
        FileState state = reader.stat(path).orElseThrow();
        if (state.extents().stream().anyMatch(each -> each.shard().segment().equals(segment))) {
          reader.read(state, Channels.newChannel(new ByteArrayOutputStream()));
        }
      }
    }
  }

  /** Every file reads as the model says. */
  void checkFiles() throws IOException {
    DriveSet set = open();
    try (StoreReader reader = StoreReader.open(set)) {
      for (Map.Entry<String, byte[]> file : model.entrySet()) {
        FileState state = reader.stat(file.getKey()).orElseThrow();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        reader.read(state, Channels.newChannel(read));
        assertThat(read.toByteArray()).as(file.getKey()).isEqualTo(file.getValue());
      }
    }
  }

  /** The files and the whole store. */
  VerifyReport check() throws IOException {
    checkFiles();
    VerifyReport report = new Verifier(open(), ROOT_COPIES).verify();
    assertThat(report.problems()).isEmpty();
    return report;
  }

  /** Whether a migration was told that another has taken over. */
  static boolean overtaken(CommitConflictException e) {
    return e.getMessage().contains("was ended by another")
        || e.getMessage().contains("was overtaken by")
        || e.getMessage().contains("has ended");
  }
}
