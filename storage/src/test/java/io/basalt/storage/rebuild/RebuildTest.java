package io.basalt.storage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.Bytes;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.copy.MetadataCopyCodec;
import io.basalt.storage.copy.NeededFiles;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree made anew after every kind of loss, beside a model of every file at every offset. */
class RebuildTest {
  private static final int CAPACITY = 5;
  private static final List<String> SCM = List.of("scm-0", "scm-1");
  private static final Incarnation PARTITIONED = new Incarnation(1, "basalt.writes", "topic-id", 3);

  @TempDir Path folder;
  private TestStore store;
  private Bytes bytes;
  private final NavigableMap<Long, NavigableMap<String, byte[]>> models = new TreeMap<>();
  private final InMemoryArbiter.Log fresh = new InMemoryArbiter.Log("cluster", "topic-2");
  private int capacity;
  private Incarnation topic;
  private long seed;

  private void create(long model) throws Exception {
    create(model, CAPACITY, TestStore.INCARNATION);
  }

  private void create(long model, int capacityDrives, Incarnation writes) throws Exception {
    seed = model;
    capacity = capacityDrives;
    topic = writes;
    bytes = new Bytes(model, 12);
    store = TestStore.create(folder, "2MiB", capacity, topic);
    models.put(0L, Collections.emptyNavigableMap());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void change(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      bytes.change(store);
      models.put(store.next(), bytes.files());
    }
  }

  private void compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), ++seed);
    store.refresh();
  }

  /** Runs, stripes, leaves with a copy, and above them a run, a sealed tail and an open one. */
  private void live() throws Exception {
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      change(20 + random.nextInt(20));
      store.seal();
      store.makeRun();
      keepNone();
      compact();
      migrate(random);
    }
    change(15);
    store.seal();
    store.makeRun();
    change(10);
    store.seal();
    change(10);
    store.commit();
  }

  private void migrate(Random random) throws Exception {
    List<SegmentLocation> sealed = store.sealed();
    if (!sealed.isEmpty() && capacity > 0) {
      store.moveToStripe(sealed.subList(0, 1 + random.nextInt(sealed.size())), 2, 2);
    }
  }

  private void keepNone() throws Exception {
    store.commit(
        next ->
            next.kept(
                next.kept().stream()
                    .filter(kept -> kept.number() == next.base().number())
                    .toList()));
  }

  private void lose(List<String> directories) throws IOException {
    for (StoreConfig.DriveConfig drive : store.config().drives()) {
      for (String directory : directories) {
        deleteAll(drive.path().resolve(directory));
      }
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          deleteAll(file);
        }
      }
    }
    Files.deleteIfExists(directory);
  }

  private RebuildReport rebuild(Set<String> replaced) throws Exception {
    try (DriveSet drives = store.openDrives()) {
      Rebuild.Written written =
          LocalRebuild.run(drives, fresh.handle(), 99, LocalRebuild.options(replaced, topic));
      assertThat(written.root().number()).isEqualTo(1_000_000_000_000L);
      return written.report();
    }
  }

  private Map<String, byte[]> files() throws IOException {
    try (DriveSet drives = store.openDrives()) {
      return Contents.of(drives);
    }
  }

  private List<Problem> problems() {
    try (DriveSet drives = store.openDrives()) {
      return new Verifier(drives, store.config().rootCopies()).verify().problems();
    }
  }

  /** Ingest, compaction and the sweep go on with the rebuilt tree. */
  private void goOn() throws Exception {
    store.close();
    store = TestStore.reopen(folder, capacity, fresh);
    change(12);
    store.seal();
    store.makeRun();
    compact();
    sweep();
    change(5);
    store.commit();
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(bytes.files());
    assertThat(problems()).isEmpty();
  }

  private void sweep() throws Exception {
    store.pass(Duration.ofMinutes(10));
    store.commit(next -> {});
    Root swept = store.commit(Sweeper.raising(Duration.ofMinutes(2), 0));
    Sweeps.of(store.drives(), 3).delete(swept);
  }

  private void assertEqualsHead(RebuildReport report) throws Exception {
    assertThat(report.gaps()).isEmpty();
    assertThat(report.lost()).isEmpty();
    assertThat(report.positions())
        .extracting(Position::next)
        .isEqualTo(store.head().positions().stream().map(Position::next).toList());
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(bytes.files());
    assertThat(report.files()).isEqualTo(bytes.files().size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void withoutRootsItEqualsTheHead(long model) throws Exception {
    create(model);
    live();
    Root head = store.head();
    lose(List.of("roots"));
    assertEqualsHead(rebuild(Set.of()));
    assertThat(problems()).isEmpty();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      for (String path : bytes.uploads()) {
        assertThat(reader.pendingUpload(path, "u")).isPresent();
      }
      assertThat(reader.root().incarnations()).isEqualTo(head.incarnations());
      assertThat(reader.root().positions())
          .extracting(Position::rejects)
          .containsExactly(LocalRebuild.REJECTS_END);
    }
    goOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4, 5})
  void withoutRootsBranchesRunsAndMapsItEqualsTheHead(long model) throws Exception {
    create(model);
    live();
    lose(List.of("roots", "runs", "maps", "usage"));
    for (String drive : SCM) {
      deleteAll(store.file(drive, "branches"));
      deleteAll(store.file(drive, "leaves"));
    }
    assertEqualsHead(rebuild(Set.of()));
    assertThat(problems()).isEmpty();
    goOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 21, 22})
  void withoutRootsAnyBranchRunsAndMapsAStoreOfScmAloneEqualsTheHead(long model) throws Exception {
    create(model, 0, TestStore.INCARNATION);
    live();
    assertThat(store.head().copy().orElseThrow().file().drives())
        .containsExactlyInAnyOrderElementsOf(SCM);
    lose(List.of("roots", "branches", "runs", "maps", "usage"));
    assertEqualsHead(rebuild(Set.of()));
    assertThat(problems()).isEmpty();
    goOn();
  }

  @Test
  void aStoreOfScmAloneOutlivesAnEnclosure() throws Exception {
    create(23, 0, TestStore.INCARNATION);
    live();
    lose(List.of("roots", "branches", "runs", "maps", "usage"));
    Files.move(folder.resolve("scm-1"), folder.resolve("away"));
    Map<String, byte[]> head = bytes.files();
    try (DriveSet drives = store.openDrives();
        Rebuild rebuild =
            Rebuild.look(drives, LocalRebuild.options(Set.of(), topic), new Random(1))) {
      assertThat(rebuild.report().isPartial()).isFalse();
      assertThat(rebuild.report().files()).isEqualTo(head.size());
    }
    Files.move(folder.resolve("away"), folder.resolve("scm-1"));
    assertEqualsHead(rebuild(Set.of()));
    goOn();
  }

  /** A store that a program compacted which made no copies on SCM, or a first one cut short. */
  @Test
  void aStoreOfScmAloneThatWasCompactedWithoutACopyIsRefused() throws Exception {
    create(24, 0, TestStore.INCARNATION);
    live();
    lose(List.of("roots", "copies"));
    try (DriveSet drives = store.openDrives()) {
      assertThatThrownBy(
              () -> Rebuild.look(drives, LocalRebuild.options(Set.of(), topic), new Random(1)))
          .hasMessageContaining("there is no metadata copy");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {25, 26})
  void withSeveralPartitionsItEqualsTheHead(long model) throws Exception {
    create(model, CAPACITY, PARTITIONED);
    live();
    assertThat(store.head().positions()).hasSize(PARTITIONED.partitions());
    lose(List.of("roots", "branches", "runs", "maps", "usage"));
    assertEqualsHead(rebuild(Set.of()));
    assertThat(problems()).isEmpty();
    goOn();
  }

  /** A gap of one partition holds up no other. */
  @Test
  void eachPartitionEndsAtItsOwnGap() throws Exception {
    create(27, CAPACITY, PARTITIONED);
    Map<String, byte[]> expected = new TreeMap<>();
    for (int i = 0; i < 15; i++) {
      // Each in a segment of its own.
      store.put("/f%02d".formatted(i), new byte[] {(byte) i});
      expected.put("/f%02d".formatted(i), new byte[] {(byte) i});
      store.seal();
    }
    Root head = store.head();
    Map<Integer, Long> ends = new HashMap<>();
    head.positions().forEach(each -> ends.put(each.partition(), each.next()));
    lose(List.of("roots"));
    RebuildReport whole = look();
    assertThat(whole.gaps()).isEmpty();
    SegmentLocation lost = head.tails().get(9).location();
    for (String drive : lost.mirrors()) {
      Files.delete(store.file(drive, lost.fileName()));
    }
    RebuildReport report = rebuild(Set.of());
    assertThat(report.gaps()).hasSize(1);
    Gap gap = report.gaps().get(0);
    assertThat(report.positions()).hasSize(PARTITIONED.partitions());
    for (Position position : report.positions()) {
      boolean broken = position.partition() == gap.partition();
      long end = ends.get(position.partition());
      assertThat(position.next()).isEqualTo(broken ? gap.from() : end);
      assertThat(position.next() < end).isEqualTo(broken);
    }
    expected.keySet().retainAll(files().keySet());
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);
    // Each path was written once.
    assertThat(report.files())
        .isEqualTo(report.positions().stream().mapToLong(Position::next).sum());
    assertThat(problems()).isEmpty();
  }

  private RebuildReport look() throws Exception {
    try (DriveSet drives = store.openDrives();
        Rebuild rebuild =
            Rebuild.look(drives, LocalRebuild.options(Set.of(), topic), new Random(1))) {
      return rebuild.report();
    }
  }

  @Test
  void withoutACopyYetItIsMadeOfTheIndexBlocksAlone() throws Exception {
    create(6);
    change(30);
    store.seal();
    store.makeRun();
    migrate(new Random(1));
    change(10);
    store.commit();
    lose(List.of("roots", "runs", "maps"));
    RebuildReport report = rebuild(Set.of());
    assertThat(report.copy()).isEmpty();
    assertEqualsHead(report);
    assertThat(problems()).isEmpty();
    goOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9, 10})
  void withoutTheFastTierItEqualsTheCopyAndWhatHadMigratedWithoutAGap(long model) throws Exception {
    create(model);
    live();
    if (model % 2 == 0) {
      // What came after the copy migrates as well, but for the last tails.
      store.makeRun();
      migrate(new Random(model));
    }
    long copied = store.head().copy().orElseThrow().positions().get(0).next();
    for (String drive : SCM) {
      deleteAll(folder.resolve(drive));
    }
    DriveSet.label(store.config(), Set.copyOf(SCM), TestStore.ID);

    RebuildReport report = rebuild(Set.copyOf(SCM));

    long restored = report.positions().get(0).next();
    assertThat(restored).isBetween(copied, store.next());
    assertThat(report.fastTier()).isFalse();
    Map<String, byte[]> expected = new HashMap<>(models.floorEntry(restored).getValue());
    Set<String> lost =
        report.lost().stream()
            .filter(each -> each.upload().isEmpty())
            .map(RebuildReport.Lost::path)
            .collect(Collectors.toSet());
    assertThat(expected.keySet()).containsAll(lost);
    expected.keySet().removeAll(lost);
    assertThat(expected).isNotEmpty();
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(problems()).isEmpty();
  }

  @Test
  void listsWhatItCannotRestore() throws Exception {
    create(17);
    byte[] content = new byte[50_000];
    for (String path : List.of("/cold", "/warm")) {
      store.put(path, content);
      store.seal();
      store.makeRun();
      if (path.equals("/cold")) {
        store.moveToStripe(store.sealed(), 2, 2);
      }
    }
    store.apply("/pending", Op.UPLOAD, 0, "u", content);
    store.commit();
    compact();
    long gap = store.next();
    store.put("/gap", content);
    store.seal();
    store.makeRun();
    Set<SegmentLocation> before = new HashSet<>(store.sealed());
    long past = store.next();
    store.put("/past", content);
    store.seal();
    store.makeRun();
    store.moveToStripe(
        store.sealed().stream().filter(segment -> !before.contains(segment)).toList(), 2, 2);
    for (String drive : SCM) {
      deleteAll(folder.resolve(drive));
    }
    DriveSet.label(store.config(), Set.copyOf(SCM), TestStore.ID);

    RebuildReport report = rebuild(Set.copyOf(SCM));

    assertThat(report.lost())
        .containsExactly(
            new RebuildReport.Lost("/pending", "u", content.length, content.length),
            new RebuildReport.Lost("/warm", "", content.length, content.length));
    assertThat(report.gaps())
        .containsExactly(new Gap(1, 0, gap, past + 1, "no index block covers it"));
    assertThat(report.positions()).extracting(Position::next).containsExactly(gap);
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(Map.of("/cold", content));
    assertThat(problems()).isEmpty();
  }

  @Test
  void withParityDrivesAndAnEnclosureOfTheFastTierGoneItEqualsTheHead() throws Exception {
    create(11);
    live();
    lose(List.of("roots"));
    for (String gone : List.of("scm-0", "capacity-0", "capacity-1")) {
      Files.move(folder.resolve(gone), folder.resolve(gone + "-away"));
    }
    assertEqualsHead(rebuild(Set.of()));
    for (String gone : List.of("scm-0", "capacity-0", "capacity-1")) {
      Files.move(folder.resolve(gone + "-away"), folder.resolve(gone));
    }
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(bytes.files());
  }

  @Test
  void whatWasDeletedDoesNotComeBackWithADriveThatWasAway() throws Exception {
    create(12);
    store.put("/deleted", new byte[900_000]);
    store.put("/overwritten", new byte[900_000]);
    store.seal();
    store.makeRun();
    compact();
    Path old = folder.resolve("old");
    copyAll(folder.resolve("scm-1"), old);
    copyAll(folder.resolve("capacity-0"), folder.resolve("old-capacity"));
    store.apply("/deleted", Op.DELETE, 0, null, new byte[0]);
    store.put("/overwritten", new byte[] {1});
    store.seal();
    store.makeRun();
    for (int pass = 0; pass < 2; pass++) {
      keepNone();
      compact();
    }
    store.put("/later", new byte[] {2});
    store.commit();
    long segments = count(store.file("scm-1", "segments"));
    lose(List.of("roots"));
    assertThat(count(old.resolve("segments"))).isPositive();
    copyAll(old.resolve("segments"), store.file("scm-1", "segments"));
    copyAll(folder.resolve("old-capacity"), folder.resolve("capacity-0"));
    lose(List.of("roots"));
    assertThat(count(store.file("scm-1", "segments"))).isGreaterThan(segments);

    rebuild(Set.of());

    Map<String, byte[]> expected = Map.of("/overwritten", new byte[] {1}, "/later", new byte[] {2});
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(problems()).isEmpty();
    store.close();
    store = TestStore.reopen(folder, CAPACITY, fresh);
    compact();
    sweep();
    assertThat(count(store.file("scm-1", "segments"))).isLessThanOrEqualTo(segments);
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(problems()).isEmpty();
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!Files.exists(target)) {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  @Test
  void aRootDriveThatReturnsIsBelowTheRebuiltRoot() throws Exception {
    create(13);
    live();
    copyAll(folder.resolve("capacity-0").resolve("roots"), folder.resolve("old-roots"));
    lose(List.of("roots"));
    rebuild(Set.of());
    copyAll(folder.resolve("old-roots"), folder.resolve("capacity-0").resolve("roots"));
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.root().number()).isEqualTo(1_000_000_000_000L);
    }
    goOn();
  }

  @Test
  void aLeafThatNoMirrorHasIsMendedThoughTheHeadIsThere() throws Exception {
    create(14);
    live();
    String leaf =
        NeededFiles.of(new MirroredFiles(store.drives()), List.of(store.head())).stream()
            .filter(name -> name.endsWith("-files.parquet"))
            .sorted()
            .findFirst()
            .orElseThrow();
    for (String drive : SCM) {
      Path file = store.file(drive, leaf);
      byte[] damaged = Files.readAllBytes(file);
      damaged[damaged.length / 2] ^= 1;
      Files.write(file, damaged);
    }
    assertThatThrownBy(this::files).hasMessageContaining(leaf);
    assertEqualsHead(rebuild(Set.of()));
    assertThat(problems()).isEmpty();
    goOn();
  }

  @Test
  void aCopyOfWhichADriveLacksAFileIsReadFromTheOthers() throws Exception {
    create(15);
    live();
    List<String> on = store.head().copy().orElseThrow().file().drives();
    List<FileRef> copied =
        MetadataCopyCodec.read(new MirroredFiles(store.drives()), store.head().copy().orElseThrow())
            .copied();
    Files.createDirectories(folder.resolve("list"));
    String list = store.head().copy().orElseThrow().file().name();
    Files.copy(
        store.file(on.get(2), list),
        folder.resolve("list").resolve(list.substring(list.indexOf('/') + 1)));
    lose(List.of("roots"));
    for (String drive : SCM) {
      deleteAll(store.file(drive, "branches"));
      deleteAll(store.file(drive, "leaves"));
    }
    Files.delete(store.file(on.get(0), copied.get(0).name()));
    Files.delete(store.file(on.get(1), copied.get(1).name()));
    assertEqualsHead(rebuild(Set.of()));

    lose(List.of("roots", "copies"));
    copyAll(folder.resolve("list"), store.file(on.get(2), "copies"));
    for (String drive : on) {
      Files.deleteIfExists(store.file(drive, copied.get(2).name()));
    }
    try (DriveSet drives = store.openDrives()) {
      assertThatThrownBy(
              () ->
                  LocalRebuild.run(
                      drives, new InMemoryArbiter.Log("cluster", "topic-3"), 5, Set.of()))
          .hasMessageContaining(copied.get(2).name())
          .hasMessageContaining("bring back the drives");
    }
  }

  @Test
  void anOlderCopySaysThatANewerOneHeldMore() throws Exception {
    create(18);
    store.put("/first", new byte[900_000]);
    store.seal();
    store.makeRun();
    compact();
    store.apply("/first", Op.DELETE, 0, null, new byte[0]);
    for (int version = 0; version < 2; version++) {
      // The segment of the first one, and of the deletion, is freed.
      store.put("/second", new byte[] {2});
      store.seal();
      store.makeRun();
    }
    for (int pass = 0; pass < 2; pass++) {
      keepNone();
      compact();
    }
    List<FileRef> copied =
        MetadataCopyCodec.read(new MirroredFiles(store.drives()), store.head().copy().orElseThrow())
            .copied();
    lose(List.of("roots"));
    for (FileRef file : copied) {
      for (StoreConfig.DriveConfig drive : store.config().drives()) {
        Files.deleteIfExists(drive.path().resolve(file.name()));
      }
    }
    RebuildReport report = rebuild(Set.of());
    assertThat(report.isPartial()).isTrue();
    assertThat(report.gaps())
        .anySatisfy(
            gap -> assertThat(gap.why()).isEqualTo("the copy that holds it is not complete"))
        .allSatisfy(gap -> assertThat(gap.next()).isEqualTo(store.next()));
    assertThat(report.notes()).anyMatch(note -> note.contains("is not complete"));
  }

  /** An empty file has no byte that would keep its segment, and only leaves know of it. */
  @Test
  void withoutTheCopyWhatWasFreedIsAGap() throws Exception {
    create(28);
    store.put("/empty", new byte[0]);
    store.put("/overwritten", new byte[900_000]);
    store.seal();
    store.makeRun();
    long freed = store.next();
    compact();
    store.put("/overwritten", new byte[] {1});
    store.seal();
    store.makeRun();
    for (int pass = 0; pass < 3; pass++) {
      keepNone();
      compact();
    }
    Map<String, byte[]> head = Map.of("/empty", new byte[0], "/overwritten", new byte[] {1});
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(head);
    List<String> copies = store.head().copy().orElseThrow().file().drives();
    lose(List.of("roots"));
    assertThat(look().isPartial()).isFalse();
    for (String drive : copies) {
      Files.move(folder.resolve(drive), folder.resolve(drive + "-away"));
    }

    RebuildReport report = rebuild(Set.of());

    assertThat(report.copy()).isEmpty();
    assertThat(report.isPartial()).isTrue();
    assertThat(report.gaps())
        .containsExactly(
            new Gap(
                1,
                0,
                0,
                freed,
                "segments were freed, and the copy that knows of them is not there"));
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(Map.of("/overwritten", new byte[] {1}));
  }

  /** The newer of two copies was away while the tree was made anew of the older one. */
  @Test
  void aCopyThatWasGivenUpDoesNotComeBackWithItsDrives() throws Exception {
    create(19);
    store.put("/kept", new byte[] {1});
    store.seal();
    store.makeRun();
    compact();
    Path older = folder.resolve("older");
    copyDrives(folder, older);
    store.put("/given-up", new byte[] {2});
    store.seal();
    store.makeRun();
    compact();
    Path newer = folder.resolve("newer");
    copyDrives(folder, newer);

    for (StoreConfig.DriveConfig drive : store.config().drives()) {
      deleteAll(drive.path());
    }
    copyDrives(older, folder);
    lose(List.of("roots"));
    rebuild(Set.of());
    store.close();
    store = TestStore.reopen(folder, capacity, fresh);
    // The write topic lost its end, too, and another record stands at that offset.
    store.put("/instead", new byte[] {3});
    store.commit();
    Map<String, byte[]> expected = Map.of("/kept", new byte[] {1}, "/instead", new byte[] {3});
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);

    copyDrives(newer, folder);
    lose(List.of("roots"));
    InMemoryArbiter.Log third = new InMemoryArbiter.Log("cluster", "topic-3");
    RebuildReport report;
    try (DriveSet drives = store.openDrives()) {
      report = LocalRebuild.run(drives, third, 100, Set.of()).report();
    }
    assertThat(report.notes()).anyMatch(note -> note.endsWith("the tree was made anew without"));
    assertThat(report.gaps()).isEmpty();
    assertThat(files()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(problems()).isEmpty();
  }

  /** What stands there stays. */
  private void copyDrives(Path from, Path to) throws IOException {
    for (StoreConfig.DriveConfig drive : store.config().drives()) {
      Path name = drive.path().getFileName();
      copyAll(from.resolve(name), to.resolve(name));
    }
  }

  /** However many events index blocks hold, so many are in memory at once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 30, 60})
  void holdsNoMoreEventsThanItMay(int most) throws Exception {
    create(17);
    live();
    change(100);
    store.commit();
    long since = store.next() - store.head().copy().orElseThrow().positions().get(0).next();
    assertThat(since).isGreaterThan(130);
    lose(List.of("roots"));
    HeldEvents held = new HeldEvents(most);
    RebuildReport report;
    try (DriveSet drives = store.openDrives()) {
      Rebuild.Options options = LocalRebuild.options(Set.of(), topic);
      try (Rebuild rebuild = Rebuild.look(drives, options, new Random(1), held)) {
        report = rebuild.report();
        assertThat(report.events()).isEqualTo(since);
        assertThat(rebuild.report()).isEqualTo(report);
      }
      assertThat(LocalRebuild.run(drives, fresh.handle(), 99, options, held).report())
          .isEqualTo(report);
    }
    // Those of one path are held even if they are more, and the one that made them too many.
    int ofOnePath = 15;
    assertThat(held.peak()).isLessThanOrEqualTo(Math.max(most, 2 * ofOnePath) + 1);
    assertEqualsHead(report);
    assertThat(problems()).isEmpty();
    goOn();
  }

  @Test
  void looksWithoutWriting() throws Exception {
    create(16);
    live();
    lose(List.of("roots"));
    Map<String, Set<String>> before = names();
    try (DriveSet drives = store.openDrives();
        Rebuild rebuild =
            Rebuild.look(drives, LocalRebuild.options(Set.of(), topic), new Random(1))) {
      RebuildReport report = rebuild.report();
      assertThat(report.files()).isEqualTo(bytes.files().size());
      assertThat(report.isPartial()).isFalse();
    }
    assertThat(names()).isEqualTo(before);
    assertEqualsHead(rebuild(Set.of()));
  }

  private Map<String, Set<String>> names() throws IOException {
    Map<String, Set<String>> names = new HashMap<>();
    try (DriveSet drives = store.openDrives()) {
      for (Tier tier : Tier.values()) {
        for (var drive : drives.available(tier)) {
          Set<String> on = new HashSet<>();
          drives.call(drive.id(), d -> d.list("")).forEach(file -> on.add(file.name()));
          names.put(drive.id(), on);
        }
      }
    }
    return names;
  }
}
