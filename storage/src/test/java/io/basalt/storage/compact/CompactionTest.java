package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.copy.NeededFiles;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.TreeFiles;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.RootDiff;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readers see is the same before, beside and after compactions. */
class CompactionTest {
  @TempDir Path folder;
  private TestStore store;
  private final Map<Long, NavigableMap<String, byte[]>> models = new HashMap<>();
  private long seed;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void everyRootReadsAsTheModelWhileIngestGoesOnBesideCompactions() throws Exception {
    Bytes bytes = new Bytes(23, 15);
    Random random = new Random(29);
    for (int round = 0; round < 8; round++) {
      some(bytes, 25);
      if (round % 3 > 0) {
        store.seal();
        store.makeRun();
        remember(bytes);
      }
      LocalCompaction compaction = start();
      // What is committed meanwhile stands above the leaves, whichever level it is in by then.
      some(bytes, random.nextInt(20));
      List<Merged> merged = compaction.merge();
      if (random.nextBoolean()) {
        store.seal();
        store.makeRun();
      }
      compaction.commit(merged);
      store.refresh();
      remember(bytes);
      checkKeptRoots();
      if (round % 4 == 3) {
        store.keepLast(5);
      }
    }
    assertThat(store.head().tree().orElseThrow().branch()).isPresent();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      for (String path : bytes.uploads()) {
        assertThat(reader.pendingUpload(path, "u")).isPresent();
      }
    }
  }

  @Test
  void onlyLeavesThatChangedAreWritten() throws Exception {
    for (int i = 0; i < 200; i++) {
      store.put("/f%03d".formatted(i), new byte[] {(byte) i});
    }
    store.commit();
    run();
    Root before = store.refresh();
    store.put("/f100", new byte[] {7});
    store.commit();
    Compaction.Outcome outcome = run();
    assertThat(outcome.leavesOut()).isEqualTo(1);
    assertThat(leafFiles(store.refresh())).hasSize(leafFiles(before).size());
    assertThat(leafFiles(store.head()))
        .filteredOn(leafFiles(before)::contains)
        .hasSizeGreaterThan(70);
  }

  /** Each insert into a full leaf is one path too many for it. */
  @Test
  void leavesStayFewHoweverOftenFullOnesGetAPathMore() throws Exception {
    LeafLimits limits = new LeafLimits(20, 100, 10_000);
    Random random = new Random(31);
    NavigableSet<String> paths = new TreeSet<>();
    DriveSet drives = new SimulatedDrives(4, 0, 256 << 20).driveSet();
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    try (TestStore grown = TestStore.create(folder, "1MiB", drives, log)) {
      for (int round = 0; round < 30; round++) {
        for (int i = 0; i < (round == 0 ? 400 : 10); i++) {
          String path = "/%08x".formatted(random.nextInt());
          grown.put(path, new byte[] {(byte) i});
          paths.add(path);
        }
        grown.commit();
        LocalCompaction.start(drives, log.handle(), grown.clock(), ++seed, limits, 1_000).finish();
        grown.refresh();
        grown.commit(next -> next.kept(List.of()));
      }
      try (StoreReader reader = StoreReader.open(drives)) {
        assertThat(Contents.files(reader))
            .extracting(FileState::path)
            .containsExactlyElementsOf(paths);
        // Of two neighbours one is half full at least.
        assertThat(reader.leaves()).toIterable().hasSizeLessThan(2 * paths.size() / 10);
      }
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  @Test
  void theSweepTakesTheLeavesThatNoKeptRootNamesAndNoOthers() throws Exception {
    for (int pass = 0; pass < 3; pass++) {
      for (int i = 0; i < 30; i++) {
        store.put("/f%02d".formatted(i), new byte[] {(byte) pass});
      }
      store.commit();
      // One that stops before its commit leaves leaves behind.
      start().merge();
      run();
      store.refresh();
    }
    store.keepLast(1);
    store.pass(Duration.ofMinutes(10));
    store.commit(next -> {});
    Root swept = store.commit(Sweeper.raising(Duration.ofMinutes(2), 0));
    Sweeps.of(store.drives(), 3).delete(swept);
    MirroredFiles mirrors = new MirroredFiles(store.drives());
    List<Root> roots = new ArrayList<>(List.of(swept));
    for (KeptRoot kept : swept.kept()) {
      roots.add(new RootFiles(store.drives(), 3).read(kept.number()));
    }
    Set<String> found = new HashSet<>();
    for (String directory : List.of("leaves", "branches", "usage", "copies")) {
      for (DriveInfo drive : store.drives().infos()) {
        store.drives().call(drive.id(), d -> d.list(directory)).stream()
            .map(Drive.StoredFile::name)
            .forEach(found::add);
      }
    }
    assertThat(found).isEqualTo(NeededFiles.of(mirrors, roots));
  }

  @Test
  void aDiffIsTheDifferenceOfTheModels() throws Exception {
    Bytes bytes = new Bytes(41, 40);
    some(bytes, 120);
    run();
    Root before = store.refresh();
    NavigableMap<String, byte[]> old = bytes.files();
    some(bytes, 8);
    run();
    some(bytes, 4);
    Root after = store.refresh();
    NavigableMap<String, byte[]> now = bytes.files();

    Map<String, RootDiff.Kind> found = new TreeMap<>();
    try (StoreReader earlier = StoreReader.open(store.drives(), before);
        StoreReader later = StoreReader.open(store.drives(), after)) {
      for (RootDiff.Entry entry : new RootDiff(earlier, later).entries().toList()) {
        found.put(entry.path(), entry.kind());
        assertThat(entry.before()).isEqualTo(earlier.stat(entry.path()).map(FileState::listed));
        assertThat(entry.after()).isEqualTo(later.stat(entry.path()).map(FileState::listed));
      }
      assertThat(new RootDiff(later, later).entries()).isEmpty();
    }
    Set<String> paths = new HashSet<>(old.keySet());
    paths.addAll(now.keySet());
    for (String path : paths) {
      if (!old.containsKey(path)) {
        assertThat(found).containsEntry(path, RootDiff.Kind.ADDED);
      } else if (!now.containsKey(path)) {
        assertThat(found).containsEntry(path, RootDiff.Kind.REMOVED);
      } else if (!Arrays.equals(old.get(path), now.get(path))) {
        assertThat(found).containsEntry(path, RootDiff.Kind.CHANGED);
      }
    }
    assertThat(found).hasSizeLessThanOrEqualTo(12).isNotEmpty();
    assertThat(paths).containsAll(found.keySet());
  }

  @Test
  void aDeletedTreeLeavesNoLeaf() throws Exception {
    for (int i = 0; i < 30; i++) {
      store.put("/f" + i, new byte[] {1});
    }
    store.commit();
    run();
    for (int i = 0; i < 30; i++) {
      store.apply("/f" + i, Op.DELETE, 0, null, new byte[0]);
    }
    store.commit();
    run();
    assertThat(store.refresh().tree().orElseThrow().branch()).isEmpty();
    assertThat(store.head().tree().orElseThrow().files()).isZero();
  }

  @Test
  void aLaterCompactionEndsTheOneBefore() throws Exception {
    store.put("/f", new byte[] {1});
    store.commit();
    LocalCompaction zombie = start();
    List<Merged> merged = zombie.merge();
    run();
    assertThatThrownBy(() -> zombie.commit(merged))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was ended by a later one");
    assertThat(Contents.bytes(store.drives(), store.refresh(), "/f")).containsExactly(1);
  }

  private void some(Bytes bytes, int changes) throws Exception {
    for (int i = 0; i < changes; i++) {
      bytes.change(store);
      if (i % 7 == 6) {
        store.commit();
        remember(bytes);
      }
    }
    store.commit();
    remember(bytes);
  }

  private void remember(Bytes bytes) {
    models.put(store.head().number(), bytes.files());
  }

  private LocalCompaction start() throws Exception {
    return LocalCompaction.start(store.drives(), store.log().handle(), store.clock(), ++seed);
  }

  private Compaction.Outcome run() throws Exception {
    return LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), ++seed);
  }

  private void checkKeptRoots() throws Exception {
    Root head = store.head();
    checkRoot(head);
    for (KeptRoot kept : head.kept()) {
      if (models.containsKey(kept.number()) && kept.number() % 5 == 0) {
        checkRoot(new RootFiles(store.drives(), 3).read(kept.number()));
      }
    }
  }

  private void checkRoot(Root root) throws IOException {
    NavigableMap<String, byte[]> model = models.get(root.number());
    try (StoreReader reader = StoreReader.open(store.drives(), root)) {
      List<FileState> files = Contents.files(reader);
      assertThat(files)
          .as("root %d", root.number())
          .extracting(FileState::path)
          .containsExactlyElementsOf(model.keySet());
      for (FileState file : files) {
        assertThat(Contents.bytes(reader, file)).isEqualTo(model.get(file.path()));
        assertThat(reader.stat(file.path())).contains(file);
      }
    }
  }

  private List<String> leafFiles(Root root) throws IOException {
    return TreeFiles.of(new MirroredFiles(store.drives()), List.of(root)).stream()
        .filter(name -> name.startsWith("leaves/"))
        .toList();
  }
}
