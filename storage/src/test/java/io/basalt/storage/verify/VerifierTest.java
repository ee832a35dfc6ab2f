package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.compact.Usage;
import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathBounds;
import io.basalt.storage.verify.Problem.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of damage to every kind of file is found, with the drive that has it. */
class VerifierTest {
  private static final String DRIVE = "scm-1";
  private static final String LABEL_FILE = "basalt-label.json";

  /** A kind of file, and how to pick one of it; two of each exist, so that they can be swapped. */
  enum Stored {
    LABEL(Kind.DRIVE),
    ROOT(Kind.ROOT),
    KEPT_ROOT(Kind.ROOT),
    LOCATION_MAP(Kind.LOCATION_MAP),
    RUN(Kind.RUN),
    SEALED_SEGMENT(Kind.SEGMENT),
    OPEN_SEGMENT(Kind.SEGMENT);

    private final Kind kind;

    Stored(Kind kind) {
      this.kind = kind;
    }
  }

  enum Damage {
    MISSING,
    SHORT,
    LONG,
    HUGE,
    ZEROED,
    FLIPPED,
    SWAPPED
  }

  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void fill() throws Exception {
    store = TestStore.create(folder);
    Random random = new Random(9);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 12; i++) {
        byte[] bytes = new byte[random.nextInt(60_000)];
        random.nextBytes(bytes);
        store.put("/r" + round + "/f" + i, bytes);
      }
      store.seal();
      store.makeRun();
    }
    store.put("/tail", new byte[5000]);
    store.commit();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aSoundStoreHasNoProblems() {
    VerifyReport report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.checked()).containsEntry("runs", 2L).containsEntry("positions", 1L);
    assertThat(report.checked().get("segments")).isGreaterThanOrEqualTo(3);
    assertThat(report.checked().get("shards")).isGreaterThanOrEqualTo(2 * 25);
  }

  static Stream<Arguments> damages() {
    return Arrays.stream(Stored.values())
        .flatMap(
            stored -> Arrays.stream(Damage.values()).map(damage -> Arguments.of(stored, damage)));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void namesKindAndDrive(Stored stored, Damage damage) throws IOException {
    String name = names(stored).get(0);
    Path file = store.file(DRIVE, name);
    switch (damage) {
      case MISSING -> Files.delete(file);
      case SHORT -> resize(file, Files.size(file) - 10);
      case LONG -> resize(file, Files.size(file) + 10);
      case HUGE -> resize(file, 3L << 30);
      case ZEROED -> Files.write(file, new byte[(int) Files.size(file)]);
      case FLIPPED -> flip(file, Files.size(file) - 20);
      case SWAPPED -> swap(file, other(stored));
    }

    VerifyReport report = verify();

    if (isHarmless(stored, damage)) {
      assertThat(report.problems()).isEmpty();
      return;
    }
    assertThat(report.ok()).isFalse();
    assertThat(report.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.kind()).isEqualTo(stored.kind);
              assertThat(problem.drive()).isEqualTo(DRIVE);
              assertThat(problem.file()).isEqualTo(stored == Stored.LABEL ? "" : name);
            });
    if (stored == Stored.LABEL && damage == Damage.SWAPPED) {
      assertThat(report.problems()).extracting(Problem::drive).contains("scm-0");
    } else {
      assertThat(report.problems()).extracting(Problem::drive).containsOnly(DRIVE);
    }
  }

  /**
   * What stands behind the label's JSON says nothing of whose drive it is; and a drive that was
   * away lacks the roots of that time, which two others have.
   */
  private static boolean isHarmless(Stored stored, Damage damage) {
    return (stored == Stored.LABEL && damage == Damage.LONG)
        || (stored == Stored.KEPT_ROOT && damage == Damage.MISSING);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEALED_SEGMENT", "OPEN_SEGMENT"})
  void aFlippedShardIsFound(Stored stored) throws IOException {
    String name = names(stored).get(0);
    flip(store.file(DRIVE, name), 1);
    assertThat(verify().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.SHARD);
              assertThat(problem.drive()).isEqualTo(DRIVE);
              assertThat(problem.file()).isEqualTo(name);
            });
  }

  @Test
  void aLabelOfAnotherStoreOrDriveIsFound() throws IOException {
    Path label = store.file(DRIVE, LABEL_FILE);
    String right = Files.readString(label);
    Files.writeString(label, right.replace("\"scm-1\"", "\"scm-7\""));
    assertThat(verify().problems())
        .filteredOn(problem -> problem.kind() == Kind.DRIVE)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.drive()).isEqualTo(DRIVE);
              assertThat(problem.what()).contains("holds drive scm-7");
            });
    Files.writeString(label, right.replace(TestStore.ID, "store-2"));
    assertThatThrownBy(this::verify)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("drive scm-1 belongs to store store-2");
  }

  @Test
  void aFileOfNobodyIsFoundAndALeftoverIsCounted() throws IOException {
    Files.writeString(store.file(DRIVE, "segments/stray"), "x");
    Files.writeString(store.file(DRIVE, "runs/1-0123456789abcdef-7.parquet"), "x");
    VerifyReport report = verify();
    assertThat(report.problems())
        .singleElement()
        .isEqualTo(
            new Problem(Kind.UNREFERENCED, DRIVE, "segments/stray", "is no file of this store"));
    assertThat(report.checked().get("leftovers")).isPositive();
  }

  @Test
  void keptRootsAreCheckedAsTheyWere() throws Exception {
    for (int upload = 0; upload < 12; upload++) {
      for (int part = 0; part < 4; part++) {
        store.apply("/large", Op.UPLOAD, part * 90_000L, "u" + upload, new byte[90_000]);
        store.commit();
      }
      store.apply("/large", Op.PUBLISH, 360_000, "u" + upload, new byte[0]);
      store.commit();
    }

    assertThat(verify().problems()).isEmpty();
  }

  @Test
  void aPositionThatIndexBlocksDoNotReachIsFound() throws Exception {
    store.commit(
        root ->
            root.positions(
                root.positions().stream()
                    .map(p -> new Position(p.incarnation(), p.partition(), p.next() + 5, -1, 0))
                    .toList()));
    assertThat(verify().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.what()).contains("index blocks end at 25, its position is 30"));
  }

  @Test
  void eventsThatARootLostAreFound() throws Exception {
    store.commit(next -> next.runs(next.runs().subList(1, 2)));
    assertThat(verify().problems())
        .singleElement()
        .isEqualTo(
            new Problem(
                Kind.TREE,
                "",
                RootFiles.fileName(store.head().number()),
                "index blocks tell of 25 events since the leaves were made, runs and tails of 13"
                    + " others"));
  }

  @Test
  void aUsageThatCountsTooLittleIsFound() throws Exception {
    compact(1);
    TreeTop top = store.head().tree().orElseThrow();
    MirroredFiles mirrors = new MirroredFiles(store.drives());
    Usage usage = UsageCodec.read(mirrors, Optional.of(top.usage()));
    Map<String, Usage.Segment> segments = new HashMap<>(usage.segments());
    String segment =
        segments.keySet().stream()
            .filter(id -> segments.get(id).liveBytes() > 5_000)
            .findFirst()
            .orElseThrow();
    Usage.Segment right = segments.get(segment);
    segments.put(
        segment,
        new Usage.Segment(
            right.after(), right.liveBytes() - 5_000, right.emptySince(), right.tail()));
    Usage wrong = new Usage(segments, usage.retired(), usage.dropped(), usage.marks());
    Random random = new Random(1);
    String attempt = Attempt.start(store.head(), random).toString();
    FileRef file =
        TreeFileWriter.of(mirrors, attempt, random).write("usage", UsageCodec.encode(wrong));
    store.commit(next -> next.tree(Optional.of(top.with(file))));
    assertThat(verify().problems())
        .singleElement()
        .isEqualTo(
            new Problem(
                Kind.TREE,
                "",
                file.name(),
                "counts %d live bytes of segment %s, the leaves refer to %d"
                    .formatted(right.liveBytes() - 5_000, segment, right.liveBytes())));
  }

  /** Roots, runs, leaves, a copy and segments go while the verifier is at work. */
  @Test
  void whatIsDroppedMeanwhileIsNoProblem() throws Exception {
    compact(1);
    store.put("/r0/f0", new byte[60_000]);
    store.seal();
    store.makeRun();
    Root head = store.head();
    List<String> gone =
        List.of(
            RootFiles.fileName(head.kept().get(0).number()),
            head.runs().get(0).file().name(),
            head.tree().orElseThrow().branch().orElseThrow().name(),
            head.tree().orElseThrow().usage().name());
    assertThat(gone).allMatch(this::isThere);
    assertThat(verify().problems()).isEmpty();

    assertThat(verify(AtLook.first(this::dropAllButTheHead)).problems()).isEmpty();

    assertThat(gone).noneMatch(this::isThere);
    assertThat(verify().problems()).isEmpty();
  }

  @Test
  void whatIsDamagedMeanwhileIsAProblemThoughOthersCommit() throws Exception {
    compact(1);
    Root head = store.head();
    String branch = head.tree().orElseThrow().branch().orElseThrow().name();
    Path file = store.file(DRIVE, branch);
    VerifyReport report =
        verify(
            AtLook.first(
                () -> {
                  flip(file, Files.size(file) / 2);
                  store.put("/later", new byte[1]);
                  return store.commit();
                }));
    assertThat(report.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.TREE);
              assertThat(problem.file()).isEqualTo(branch);
            });
    assertThat(report.damaged()).hasSize(1);
  }

  /** Each look has another head, which keeps none of those before. */
  @Test
  void whatTheHeadLostIsAProblemThoughOthersCommit() throws Exception {
    store.commit(next -> next.runs(next.runs().subList(1, 2)));
    VerifyReport report = verify(AtLook.each(() -> store.commit(next -> next.kept(List.of()))));
    assertThat(report.problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("index blocks tell of 25 events");
  }

  @Test
  void aSegmentThatNoMapHasIsAProblemThoughOthersCommit() throws Exception {
    store.commit(next -> next.locationMap(List.of()).tails(List.of()));
    VerifyReport report = verify(AtLook.each(() -> store.commit(next -> next.kept(List.of()))));
    assertThat(report.problems())
        .extracting(Problem::kind, Problem::what)
        .anySatisfy(
            problem ->
                assertThat(problem.toList().get(1).toString()).endsWith("is in no location map"));
  }

  /** However much the store holds, so much is in memory at once, and nothing is overlooked. */
  @ParameterizedTest
  @ValueSource(longs = {1, 20, 10_000})
  void holdsNoMoreThanItMay(long most) throws Exception {
    compact(1);
    for (int round = 2; round < 7; round++) {
      for (int i = 0; i < 12; i++) {
        store.put("/r%d/f%d".formatted(round % 4, i), new byte[500 + i]);
      }
      store.seal();
      if (round % 2 == 0) {
        store.makeRun();
      }
    }
    for (SegmentLocation segment : store.sealed()) {
      if (segment.mirrors().contains(DRIVE)) {
        flip(store.file(DRIVE, segment.fileName()), 100);
      }
    }
    VerifyReport all = verify();
    assertThat(all.problems()).extracting(Problem::kind).containsOnly(Kind.SHARD);
    assertThat(all.problems()).hasSizeGreaterThan(5);
    assertThat(all.checked().get("shards")).isGreaterThan(2 * 80);

    HeldEvents held = new HeldEvents(most);
    try (DriveSet drives = store.openDrives()) {
      Verifier verifier = new Verifier(drives, store.config().rootCopies(), held, most);
      assertThat(verifier.verify()).isEqualTo(all);
      // Those of one path or segment are held even if they are more.
      assertThat(held.peak()).isBetween(1L, Math.max(most, 2 * 3) + 1);
      assertThat(verifier.peakShards()).isBetween(1L, Math.max(most, 2 * 12) + 1);
    }
  }

  /** A run goes when all but the shards of the first window were read. */
  @ParameterizedTest
  @ValueSource(longs = {1, 10_000})
  void whatLaterWindowsCannotReadIsAProblem(long most) throws Exception {
    FileRef run = store.head().runs().get(0).file();
    List<Path> copies = run.drives().stream().map(drive -> store.file(drive, run.name())).toList();
    Watcher watcher =
        new Watcher() {
          @Override
          public void expect(long bytes) {}

          @Override
          public void read(long bytes, long files) {
            // The first fold has read all its events before it counts a file.
            if (files > 0) {
              copies.forEach(VerifierTest::delete);
            }
          }
        };
    try (DriveSet drives = store.openDrives()) {
      Verifier verifier =
          new Verifier(drives, store.config().rootCopies(), new HeldEvents(10_000), most);
      List<Problem> problems = verifier.verify(watcher).problems();
      assertThat(copies).noneMatch(Files::exists);
      assertThat(problems)
          .extracting(Problem::kind, Problem::file)
          .isEqualTo(most == 1 ? List.of(tuple(Kind.TREE, run.name())) : List.of());
    }
  }

  /** What one look finds wrong, another place may still be compared with. */
  @Test
  void comparesEventsThoughSomethingElseIsWrong() throws Exception {
    store.commit(next -> next.runs(next.runs().subList(1, 2)));
    FileRef run = store.head().runs().get(0).file();
    Path copy = store.file(run.drives().get(0), run.name());
    flip(copy, Files.size(copy) / 2);
    assertThat(verify().problems())
        .extracting(Problem::kind, Problem::file)
        .containsExactlyInAnyOrder(
            tuple(Kind.RUN, run.name()),
            tuple(Kind.TREE, RootFiles.fileName(store.head().number())));
  }

  @Test
  void aRunMayHaveShortBoundsAndNoNarrowOnes() throws Exception {
    store.seal();
    store.makeRun();
    List<RunRef> others = store.head().runs();
    String prefix = "/" + "p".repeat(4000);
    store.put(prefix + "a", new byte[1]);
    store.put(prefix + "z", new byte[1]);
    store.seal();
    RunRef run = store.makeRun().runs().get(others.size());
    assertThat(run.minPath()).hasSize(PathBounds.MOST_BYTES);
    assertThat(run.maxPath()).isEqualTo("/" + "p".repeat(PathBounds.MOST_BYTES - 2) + "q");
    assertThat(verify().problems()).isEmpty();

    for (List<String> wide : List.of(List.of("/", "0"), List.of(prefix + "a", prefix + "z"))) {
      RunRef old = new RunRef(run.file(), run.rows(), wide.get(0), wide.get(1));
      store.commit(next -> next.runs(with(others, old)));
      assertThat(verify().problems()).isEmpty();
    }
    for (List<String> narrow : List.of(List.of(prefix + "b", "0"), List.of("/", prefix + "y"))) {
      RunRef wrong = new RunRef(run.file(), run.rows(), narrow.get(0), narrow.get(1));
      store.commit(next -> next.runs(with(others, wrong)));
      assertThat(verify().problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Kind.RUN));
      store.commit(next -> next.kept(List.of()));
    }
  }

  private static List<RunRef> with(List<RunRef> runs, RunRef more) {
    List<RunRef> all = new ArrayList<>(runs);
    all.add(more);
    return all;
  }

  /** Each look's head has a tail that grows, is sealed and stands in a stripe before it is read. */
  @Test
  void aTailThatGrewAndMovedIsReadAsFarAsTheHeadKnowsIt() throws Exception {
    try (TestStore moving = TestStore.create(folder.resolve("moving"), "2MiB", 3)) {
      moving.put("/first", new byte[100]);
      moving.commit();
      AtLook grows =
          AtLook.each(
              () -> {
                moving.put("/grown", new byte[100]);
                moving.seal();
                moving.makeRun();
                moving.moveToStripe(moving.sealed(), 2, 1);
                moving.put("/next", new byte[100]);
                return moving.commit();
              });
      try (DriveSet drives = moving.openDrives()) {
        Verifier verifier = new Verifier(drives, moving.config().rootCopies());
        assertThat(verifier.verify(grows).problems()).isEmpty();
      }
    }
  }

  private boolean isThere(String file) {
    return store.config().drives().stream()
        .anyMatch(drive -> Files.exists(drive.path().resolve(file)));
  }

  private void compact(long seed) throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), seed);
    store.refresh();
  }

  private Root dropAllButTheHead() throws Exception {
    for (int pass = 2; pass < 5; pass++) {
      store.commit(next -> next.kept(List.of()));
      compact(pass);
    }
    store.commit(next -> next.kept(List.of()));
    store.pass(Duration.ofMinutes(10));
    store.commit(next -> {});
    Root swept = store.commit(Sweeper.raising(Duration.ofMinutes(2), 0));
    new Pruner(new RootFiles(store.drives(), 3), null).delete(swept);
    Sweeps.of(store.drives(), 3).delete(swept);
    return swept;
  }

  private VerifyReport verify() {
    return verify(Watcher.NONE);
  }

  private VerifyReport verify(Watcher watcher) {
    try (DriveSet drives = store.openDrives()) {
      return new Verifier(drives, store.config().rootCopies()).verify(watcher);
    }
  }

  private List<String> names(Stored stored) {
    List<String> names = new ArrayList<>();
    switch (stored) {
      case LABEL -> names.add(LABEL_FILE);
      case ROOT -> names.add(RootFiles.fileName(store.head().number()));
      case KEPT_ROOT -> names.add(RootFiles.fileName(store.head().number() - 2));
      case LOCATION_MAP ->
          store.head().locationMap().stream()
              .filter(VerifierTest::isOnDrive)
              .map(FileRef::name)
              .forEach(names::add);
      case RUN ->
          store.head().runs().stream()
              .map(run -> run.file())
              .filter(VerifierTest::isOnDrive)
              .map(FileRef::name)
              .forEach(names::add);
      case SEALED_SEGMENT -> names.addAll(sealedSegments());
      case OPEN_SEGMENT -> names.add(tail().location().fileName());
    }
    return names;
  }

  /** Another file that is sound in itself: of the same kind where there is one. */
  private Path other(Stored stored) {
    return switch (stored) {
      case LABEL -> store.file("scm-0", LABEL_FILE);
      case ROOT, KEPT_ROOT -> store.file(DRIVE, RootFiles.fileName(store.head().number() - 1));
      case LOCATION_MAP -> store.file(DRIVE, names(Stored.RUN).get(0));
      case RUN -> store.file(DRIVE, names(Stored.RUN).get(1));
      case SEALED_SEGMENT, OPEN_SEGMENT -> store.file(DRIVE, sealedSegments().get(1));
    };
  }

  private List<String> sealedSegments() {
    try (DriveSet drives = store.openDrives()) {
      return LocationMap.load(new MirroredFiles(drives), store.head()).all().stream()
          .filter(place -> place.indexStart() < place.size() && place.mirrors().contains(DRIVE))
          .map(SegmentLocation::fileName)
          .filter(name -> !name.equals(tail().location().fileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Tail tail() {
    return store.head().tails().stream()
        .filter(t -> t.location().dataEnd() >= 5000)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isOnDrive(FileRef file) {
    return file.drives().contains(DRIVE);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void resize(Path file, long length) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(length);
    }
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(position);
      int old = opened.read();
      opened.seek(position);
      opened.write(old ^ 0x10);
    }
  }

  private static void swap(Path one, Path two) throws IOException {
    Path aside = one.resolveSibling("aside");
    Files.move(one, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(two, one);
    Files.move(aside, two);
  }
}
