package io.basalt.storage.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The metadata copy that each compaction leaves on three of four capacity drives. */
class MetadataCopyTest {
  private static final int FILES = 60;

  @TempDir Path folder;
  private TestStore store;
  private long seed;

  @BeforeEach
  void compactedStore() throws Exception {
    store = TestStore.create(folder, "2MiB", 4);
    for (int i = 0; i < FILES; i++) {
      store.put(path(i), new byte[] {(byte) i});
    }
    store.commit();
    compact();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static String path(int i) {
    return "/f%02d".formatted(i);
  }

  private Root compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), ++seed);
    return store.refresh();
  }

  private MetadataCopy list(Root root) throws IOException {
    return MetadataCopyCodec.read(new MirroredFiles(store.drives()), root.copy().orElseThrow());
  }

  private static Set<String> names(MetadataCopy copy) {
    return copy.copied().stream().map(FileRef::name).collect(Collectors.toSet());
  }

  @Test
  void holdsAllLeavesOnOneDriveMoreThanAStripeMayLose() throws Exception {
    Root head = store.head();
    CopyRef copy = head.copy().orElseThrow();
    assertThat(copy.file().drives()).hasSize(3).allMatch(drive -> drive.startsWith("capacity-"));
    assertThat(copy.root()).isEqualTo(head.tree().orElseThrow().root());
    assertThat(copy.positions()).isEqualTo(head.tree().orElseThrow().positions());
    assertThat(list(head).files()).isEqualTo(FILES);
    assertThat(list(head).copied()).hasSizeGreaterThan(15);
    assertSound();
  }

  @Test
  void writesOnlyWhatIsNew() throws Exception {
    Set<String> first = names(list(store.head()));
    Map<String, Map<String, Long>> before = files();
    store.put(path(7), new byte[2]);
    store.commit();
    Root head = compact();
    Set<String> second = names(list(head));
    Set<String> both = new HashSet<>(first);
    both.retainAll(second);
    assertThat(both).hasSizeGreaterThan(10);
    assertThat(second.size() - both.size()).isBetween(2, 6);
    Map<String, Map<String, Long>> after = files();
    for (String drive : head.copy().orElseThrow().file().drives()) {
      for (String name : both) {
        assertThat(after.get(drive).get(name)).as(name).isEqualTo(before.get(drive).get(name));
      }
    }
    assertSound();
  }

  /** The files of the tree on each capacity drive, and when each was last written. */
  private Map<String, Map<String, Long>> files() throws IOException {
    Map<String, Map<String, Long>> found = new HashMap<>();
    for (DriveInfo drive : store.drives().available(Tier.CAPACITY)) {
      Map<String, Long> files = new HashMap<>();
      for (String directory : List.of("leaves", "copies")) {
        for (StoredFile file : store.drives().call(drive.id(), d -> d.list(directory))) {
          files.put(file.name(), file.usedMillis());
        }
      }
      found.put(drive.id(), files);
    }
    return found;
  }

  @Test
  void isMadeAnewWhereADriveThatHeldItHasGone() throws Exception {
    CopyRef copy = store.head().copy().orElseThrow();
    String gone = copy.file().drives().get(0);
    Files.move(folder.resolve(gone), folder.resolve("aside"));
    try (DriveSet left = store.openDrives()) {
      CopyPolicy three = new CopyPolicy(Tier.CAPACITY, 3);
      assertThat(three.isDue(left, store.head())).isTrue();
      LocalCompaction.run(left, store.log().handle(), store.clock(), ++seed);
      Root head = store.refresh();
      assertThat(head.copy().orElseThrow().file().drives()).hasSize(3).doesNotContain(gone);
      assertThat(three.isDue(left, head)).isFalse();
    }
    Files.move(folder.resolve("aside"), folder.resolve(gone));
    assertSound();
  }

  @Test
  void standsOnAsManyDrivesAsThereAre() throws Exception {
    Files.move(folder.resolve("capacity-1"), folder.resolve("aside-1"));
    Files.move(folder.resolve("capacity-2"), folder.resolve("aside-2"));
    try (DriveSet left = store.openDrives()) {
      LocalCompaction.run(left, store.log().handle(), store.clock(), ++seed);
      Root head = store.refresh();
      assertThat(head.copy().orElseThrow().file().drives())
          .containsExactlyInAnyOrder("capacity-0", "capacity-3");
      assertThat(new CopyPolicy(Tier.CAPACITY, 3).isDue(left, head)).isFalse();
    }
    Files.move(folder.resolve("aside-1"), folder.resolve("capacity-1"));
    Files.move(folder.resolve("aside-2"), folder.resolve("capacity-2"));
    try (DriveSet all = store.openDrives()) {
      assertThat(new CopyPolicy(Tier.CAPACITY, 3).isDue(all, store.head())).isTrue();
    }
    assertThat(compact().copy().orElseThrow().file().drives()).hasSize(3);
    assertSound();
  }

  @Test
  void aDriveThatFailsInTheMiddleIsLeftOut() throws Exception {
    SimulatedDrives drives = new SimulatedDrives(2, 3, 64 << 20);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    Path yaml = Files.createDirectories(folder.resolve("simulated"));
    try (TestStore simulated = TestStore.create(yaml, "1MiB", drives.driveSet(), log)) {
      for (int i = 0; i < FILES; i++) {
        simulated.put(path(i), new byte[] {(byte) i});
      }
      simulated.commit();
      drives.failWriteAfter("capacity-1", 4);
      LocalCompaction.run(drives.driveSet(), log.handle(), simulated.clock(), 7);
      Root head = simulated.refresh();
      assertThat(head.copy().orElseThrow().file().drives())
          .containsExactlyInAnyOrder("capacity-0", "capacity-2");
    }
    drives.plugIn("capacity-1");
    assertThat(new Verifier(drives.driveSet()).verify().problems()).isEmpty();
  }

  @Test
  void withoutACopyNoSegmentIsDead() throws Exception {
    for (int i = 0; i < 4; i++) {
      store.put("/large", new byte[700_000]);
      store.seal();
    }
    store.makeRun();
    keepNone();
    long before = store.head().copy().orElseThrow().root();
    for (int i = 0; i < 4; i++) {
      Files.move(folder.resolve("capacity-" + i), folder.resolve("aside-" + i));
    }
    int segments = segments();
    try (DriveSet left = store.openDrives()) {
      for (int pass = 0; pass < 3; pass++) {
        LocalCompaction.run(left, store.log().handle(), store.clock(), ++seed);
        store.refresh();
        keepNone();
      }
    }
    assertThat(store.head().copy().orElseThrow().root()).isEqualTo(before);
    assertThat(segments()).isEqualTo(segments);

    for (int i = 0; i < 4; i++) {
      Files.move(folder.resolve("aside-" + i), folder.resolve("capacity-" + i));
    }
    try (DriveSet all = store.openDrives()) {
      LocalCompaction.run(all, store.log().handle(), store.clock(), ++seed);
    }
    store.refresh();
    assertThat(segments()).isLessThanOrEqualTo(segments - 3);
    assertSound();
  }

  private void keepNone() throws Exception {
    store.commit(
        next ->
            next.kept(
                next.kept().stream()
                    .filter(kept -> kept.number() == next.base().number())
                    .toList()));
  }

  private int segments() throws IOException {
    return LocationMap.load(new MirroredFiles(store.drives()), store.head()).all().size();
  }

  enum Damage {
    MISSING,
    SHORT,
    LONG,
    FLIPPED,
    SWAPPED
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void verifyNamesDamageToTheListAndToACopiedFile(Damage damage) throws Exception {
    CopyRef copy = store.head().copy().orElseThrow();
    String drive = copy.file().drives().get(1);
    List<FileRef> copied = list(store.head()).copied();
    for (String name : List.of(copied.get(1).name(), copy.file().name())) {
      Path file = store.file(drive, name);
      byte[] intact = Files.readAllBytes(file);
      switch (damage) {
        case MISSING -> Files.delete(file);
        case SHORT -> resize(file, intact.length - 1);
        case LONG -> resize(file, intact.length + 1);
        case FLIPPED -> flip(file);
        case SWAPPED ->
            Files.write(file, Files.readAllBytes(store.file(drive, copied.get(2).name())));
      }
      assertThat(problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.kind()).isEqualTo(Problem.Kind.COPY);
                assertThat(problem.drive()).isEqualTo(drive);
                assertThat(problem.file()).isEqualTo(name);
              });
      Files.write(file, intact);
    }
    assertSound();
  }

  @Test
  void verifySaysWhichDriveOfTheCopyIsMissing() throws Exception {
    String gone = store.head().copy().orElseThrow().file().drives().get(2);
    Files.move(folder.resolve(gone), folder.resolve("aside"));
    assertThat(problems())
        .filteredOn(problem -> problem.kind() == Problem.Kind.COPY)
        .isNotEmpty()
        .allMatch(problem -> problem.drive().equals(gone));
    Files.move(folder.resolve("aside"), folder.resolve(gone));
    assertSound();
  }

  private static void resize(Path file, long length) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(length);
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private List<Problem> problems() {
    try (DriveSet drives = store.openDrives()) {
      return new Verifier(drives, store.config().rootCopies()).verify().problems();
    }
  }

  private void assertSound() {
    assertThat(problems()).isEmpty();
  }
}
