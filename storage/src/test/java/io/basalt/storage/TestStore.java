package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.location.LocationEdit;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A store in a folder, on real files, with an arbiter in memory and one writer, mostly of one
 * partition. Calls to drives run on the caller's thread, so that a test repeats exactly.
 */
public final class TestStore implements AutoCloseable {
  public static final String ID = "store-1";

  /** The write topic. */
  public static final Incarnation INCARNATION = new Incarnation(1, "basalt.writes", "topic-id", 1);

  private static final Instant CREATED = Instant.ofEpochMilli(1_700_000_000_000L);

  private final Path folder;
  private final StoreConfig config;
  private final DriveSet drives;
  private final InMemoryArbiter.Log log;
  private Instant now = CREATED;
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
  private final RootCommitter committer;
  private final Attempt attempt;
  private final SegmentWriter writer;
  private final RunMaker runs;
  private final LocationMapWriter maps;
  private int stripes;
  private Incarnation incarnation;
  private long[] next;
  private long[] committed;

  private TestStore(
      Path folder,
      StoreConfig config,
      DriveSet drives,
      Root head,
      InMemoryArbiter.Log log,
      Incarnation first)
      throws Exception {
    this.folder = folder;
    this.config = config;
    this.drives = drives;
    this.log = log;
    attempt = Attempt.start(head, new Random(7));
    committer =
        RootCommitter.open(
            new RootFiles(drives, config.rootCopies()), log.handle(), attempt, clock);
    List<Incarnation> incarnations =
        head.incarnations().isEmpty() ? List.of(first) : head.incarnations();
    committer.commit(root -> root.attempts(live(root)).incarnations(incarnations));
    incarnation = incarnations.get(incarnations.size() - 1);
    next = new long[incarnation.partitions()];
    head.positions().stream()
        .filter(position -> position.incarnation() == incarnation.number())
        .forEach(position -> next[position.partition()] = position.next());
    committed = next.clone();
    writer =
        new SegmentWriter(
            drives, SegmentWriter.Options.of(config), attempt.toString(), 0, new Random(11), clock);
    MirroredFiles files = new MirroredFiles(drives);
    maps = new LocationMapWriter(files, attempt);
    runs =
        new RunMaker(
            files, new SegmentReader(drives), maps, attempt, RunMaker.Policy.DEFAULTS, clock);
  }

  /** Those of other jobs, and this one. */
  private List<LiveAttempt> live(RootBuilder root) {
    List<LiveAttempt> live = new ArrayList<>(root.attempts());
    live.removeIf(each -> each.kind().equals("ingest"));
    live.add(new LiveAttempt(attempt.toString(), "ingest"));
    return live;
  }

  private static TestStore first(
      Path folder,
      StoreConfig config,
      DriveSet drives,
      InMemoryArbiter.Log log,
      Incarnation incarnation)
      throws Exception {
    Root root = StoreInitializer.create(drives, config, Clock.fixed(CREATED, ZoneOffset.UTC));
    return new TestStore(folder, config, drives, root, log, incarnation);
  }

  /** Goes on with a store in a folder from its head, with segments of 2 MiB. */
  public static TestStore reopen(Path folder, int capacityDrives, InMemoryArbiter.Log log)
      throws Exception {
    StoreConfig config = TestConfig.write(folder, "2MiB", capacityDrives);
    DriveSet drives = TestConfig.open(config);
    Root head = new RootFiles(drives, config.rootCopies()).head();
    return new TestStore(folder, config, drives, head, log, INCARNATION);
  }

  /** Goes on with a store on any drives from its head, with segments of 1 MiB. */
  public static TestStore reopen(Path folder, DriveSet drives, InMemoryArbiter.Log log)
      throws Exception {
    StoreConfig config = TestConfig.write(folder, "1MiB", 1);
    Root head = new RootFiles(drives, config.rootCopies()).head();
    return new TestStore(folder, config, drives, head, log, INCARNATION);
  }

  /** A new, empty store with segments of 2 MiB. */
  public static TestStore create(Path folder) throws Exception {
    return create(folder, "2MiB");
  }

  /** A new, empty store. */
  public static TestStore create(Path folder, String segmentSize) throws Exception {
    return create(folder, segmentSize, 1);
  }

  /** A new, empty store with so many capacity drives, each in an enclosure of its own. */
  public static TestStore create(Path folder, String segmentSize, int capacityDrives)
      throws Exception {
    return create(folder, segmentSize, capacityDrives, INCARNATION);
  }

  /** The same, with another write topic. */
  public static TestStore create(
      Path folder, String segmentSize, int capacityDrives, Incarnation incarnation)
      throws Exception {
    StoreConfig config = TestConfig.write(folder, segmentSize, capacityDrives);
    DriveSet.initialise(config, ID);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    return first(folder, config, TestConfig.open(config), log, incarnation);
  }

  /**
   * A new, empty store on drives that are labelled; its configuration, which nobody opens drives
   * by, goes to the folder.
   */
  public static TestStore create(
      Path folder, String segmentSize, DriveSet drives, InMemoryArbiter.Log log) throws Exception {
    return first(folder, TestConfig.write(folder, segmentSize, 1), drives, log, INCARNATION);
  }

  public StoreConfig config() {
    return config;
  }

  public Root head() {
    return committer.head();
  }

  /** The head, whoever committed it. */
  public Root refresh() throws Exception {
    return committer.refresh();
  }

  /** The log that decides, for other committers. */
  public InMemoryArbiter.Log log() {
    return log;
  }

  public Clock clock() {
    return clock;
  }

  /** The drives that the store writes to. */
  public DriveSet drives() {
    return drives;
  }

  public Path file(String drive, String name) {
    return folder.resolve(drive).resolve(name);
  }

  /** The drives as another process opens them, faults included. */
  public DriveSet openDrives() {
    return DriveSet.open(config);
  }

  public void put(String path, byte[] bytes) throws Exception {
    apply(path, Op.PUT, 0, null, bytes);
  }

  public void write(String path, long position, byte[] bytes) throws Exception {
    apply(path, Op.WRITE, position, null, bytes);
  }

  /** Stages one event; whatever has to be flushed to make room is committed. */
  public void apply(String path, Op op, long position, String upload, byte[] bytes)
      throws Exception {
    apply(path, op, position, upload, 1_700_000_000_000L + next[partition(path)], bytes);
  }

  /** The same at a time, in milliseconds since the epoch. */
  public void apply(String path, Op op, long position, String upload, long timestamp, byte[] bytes)
      throws Exception {
    while (!writer.hasRoomFor(bytes.length)) {
      if (writer.waiting().isPresent()) {
        throw new IllegalStateException(writer.waiting().get());
      }
      commit();
    }
    Event event =
        new Event(
            path,
            new Version(incarnation.number(), next[partition(path)]),
            partition(path),
            timestamp,
            op,
            position,
            Optional.ofNullable(upload),
            List.of());
    writer.add(event, ByteBuffer.wrap(bytes));
    next[partition(path)]++;
  }

  private int partition(String path) {
    return Math.floorMod(path.hashCode(), next.length);
  }

  /** Goes on with a new topic, once all that is staged is committed. */
  public void recreateTopic() throws Exception {
    commit();
    incarnation =
        new Incarnation(
            incarnation.number() + 1,
            incarnation.topic(),
            incarnation.topicId() + "'",
            incarnation.partitions());
    Arrays.fill(next, 0);
    Arrays.fill(committed, 0);
  }

  /** Flushes and commits all that is staged. */
  public Root commit() throws Exception {
    return commit(List.of());
  }

  /** The same, with the uploads that are published by what is staged. */
  public Root commit(List<Published> published) throws Exception {
    for (int partition = 0; partition < next.length; partition++) {
      if (next[partition] > committed[partition]) {
        writer.cover(
            new Range(incarnation.number(), partition, committed[partition], next[partition], -1));
      }
    }
    Flushed flushed = writer.flush().get();
    committed = next.clone();
    return committer.commit(
        new IngestChange(
            attempt,
            List.of(flushed),
            published,
            Set.of(attempt.toString()),
            Optional.of(incarnation),
            0,
            ""));
  }

  /** The offset that the next event gets, of the first partition. */
  public long next() {
    return next[0];
  }

  /** Commits, seals all segments and commits that too. */
  public Root seal() throws Exception {
    commit();
    pass(config.sealAfter().plusSeconds(1));
    while (writer.isFlushDue()) {
      commit();
    }
    return head();
  }

  /** Makes a run of all sealed segments; what readers see stays the same. */
  public Root makeRun() throws Exception {
    return commit(runs.make(head()).orElseThrow());
  }

  /**
   * Moves sealed segments of the location map into a new stripe on the first capacity drives and
   * deletes their mirrors.
   */
  public Stripe moveToStripe(List<SegmentLocation> segments, int k, int m) throws Exception {
    List<PackedSegment> packed = TestStripes.packed(segments);
    Stripe stripe = TestStripes.shape("%s-0-%d".formatted(attempt, stripes++), packed, k, m);
    TestStripes on = new TestStripes(drives);
    on.write(stripe, packed);
    commitMoved(packed, stripe);
    on.deleteMirrors(segments);
    return stripe;
  }

  /** Commits that segments stand in a stripe, whatever that holds. */
  public Root commitMoved(List<PackedSegment> packed, Stripe stripe) throws Exception {
    List<LocationEdit.Move> moves =
        packed.stream()
            .map(
                each ->
                    new LocationEdit.Move(
                        each.segment(),
                        each.segment().movedTo(new StripePlace(stripe.id(), each.offset()))))
            .toList();
    LocationEdit edit = LocationEdit.moving(moves, List.of(stripe));
    return commit(maps.write(head(), edit)::apply);
  }

  /** Sealed segments that are no tails. */
  public List<SegmentLocation> allSealed() throws IOException {
    return LocationMap.load(new MirroredFiles(drives), head()).sealed().stream()
        .sorted(Comparator.comparing(SegmentLocation::segment))
        .toList();
  }

  /** Those of them that stand on mirrors. */
  public List<SegmentLocation> sealed() throws IOException {
    return allSealed().stream().filter(segment -> !segment.mirrors().isEmpty()).toList();
  }

  /** Names of the files that the writer may still fill: its youngest, in no root or as a tail. */
  public Set<String> openSegments() throws IOException {
    Set<String> known = new HashSet<>();
    allSealed().forEach(segment -> known.add(segment.fileName()));
    Set<String> open = new HashSet<>();
    for (DriveInfo drive : drives.available(Tier.SCM)) {
      for (StoredFile file : drives.call(drive.id(), d -> d.list("segments"))) {
        if (file.name().startsWith("segments/" + attempt) && !known.contains(file.name())) {
          open.add(file.name());
        }
      }
    }
    // An active one for each slot, and a spare; anything older would have to be sealed or gone.
    if (open.size() > config.openSegments() + 1) {
      throw new IllegalStateException("segments that nobody names or deletes: " + open);
    }
    return open;
  }

  public RunMaker runs() {
    return runs;
  }

  public Root commit(Change change) throws Exception {
    return committer.commit(change);
  }

  /** What {@link #makeRun} would commit. */
  public RunChange runChange() throws IOException {
    return runs.make(head()).orElseThrow();
  }

  /** Lets all roots expire but the newest of those that are kept. */
  public void keepLast(int roots) throws Exception {
    commit(next -> next.kept(next.kept().subList(next.kept().size() - roots, next.kept().size())));
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  /** Closes the store once the verifier, with the drives opened anew, has found nothing. */
  public void verifyAndClose() {
    try (DriveSet anew = openDrives()) {
      assertThat(new Verifier(anew).verify().problems()).isEmpty();
    }
    close();
  }

  @Override
  public void close() {
    writer.close();
    drives.close();
  }
}
