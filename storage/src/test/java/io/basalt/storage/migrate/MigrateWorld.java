package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
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
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  static final long MIB = 1 << 20;
  static final long SEGMENT_BYTES = 512 << 10;
  static final int ROOT_COPIES = 3;
  static final SegmentWriter.Options OPTIONS =
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

  /** A store of four drives of SCM, full to a share with sealed segments, and six of capacity. */
  static MigrateWorld full(double share) throws Exception {
    MigrateWorld world = create(4, 8 * MIB, 6, 32 * MIB);
    try (WorldIngest ingest = world.ingest()) {
      assertThat(ingest.fillTo(share)).isTrue();
    }
    world.sealAll();
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

  static long position(Root head) {
    return head.positions().stream().mapToLong(Position::next).findFirst().orElse(0);
  }

  /** Expects what was staged below the position; the rest was never committed. */
  void settle(long position) {
    for (Staged each : staged) {
      if (each.offset() < position) {
        model.put(each.path(), each.bytes());
        writtenBytes += each.bytes().length;
      }
    }
    staged.clear();
  }

  /** Remembers what is written at an offset and may be committed or not. */
  void stage(long offset, String path, byte[] bytes) {
    staged.add(new Staged(offset, path, bytes));
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
    return RootCommitter.open(
        files,
        new SteppedArbiter(log.handle(), () -> beforeArbiter.run()),
        attempt,
        Clock.systemUTC());
  }

  Root head() throws IOException, ArbiterException {
    return new RootFiles(open(), ROOT_COPIES).head();
  }

  LocationMap map() throws IOException, ArbiterException {
    DriveSet set = open();
    return LocationMap.load(new MirroredFiles(set), new RootFiles(set, ROOT_COPIES).head());
  }

  WorldIngest ingest() throws Exception {
    return new WorldIngest(this);
  }

  /** Seals what the last ingest left open, as the first commit of the next one does. */
  void sealAll() throws Exception {
    try (WorldIngest next = ingest()) {
      next.commit();
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

  /** The segments that a migration would move, with the run that its plan needs made. */
  List<PlannedSegment> makesARunAndPlans() throws Exception {
    if (preview().runWanted()) {
      assertThat(new SteppedMigration(this).step()).isTrue();
    }
    return preview().stripes().stream().flatMap(stripe -> stripe.segments().stream()).toList();
  }

  /** A whole migration, step by step. */
  SteppedMigration.Done migrate() throws Exception {
    SteppedMigration migration = new SteppedMigration(this);
    migration.finish();
    return migration.done();
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
        assertThat(Contents.bytes(reader, state)).as(file.getKey()).isEqualTo(file.getValue());
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
}
