package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.TestStore;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.Branch;
import io.basalt.storage.leaf.BranchCodec;
import io.basalt.storage.leaf.Child;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.leaf.TreeFiles;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.table.SpoiledTable;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.verify.CopyRepair;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaves, branches and the usage with copies that are damaged or gone. */
class TreeDamageTest {
  private static final int FILES = 60;

  @TempDir Path folder;
  private TestStore store;
  private Set<String> files;

  @BeforeEach
  void compactedStore() throws Exception {
    store = TestStore.create(folder);
    for (int i = 0; i < FILES; i++) {
      store.put(path(i), new byte[] {(byte) i});
    }
    store.commit();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 1);
    files = TreeFiles.of(new MirroredFiles(store.drives()), List.of(store.refresh()));
    assertThat(files).hasSizeGreaterThan(20);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aDamagedCopyIsAnsweredByTheOtherAndNamed() throws Exception {
    for (String file : files) {
      flip("scm-0", file);
    }
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      for (int i = 0; i < FILES; i++) {
        assertThat(reader.stat(path(i)).orElseThrow().size()).isEqualTo(1);
      }
      assertThat(drives.mismatches().get("scm-0")).isPositive();
      List<Problem> problems = new Verifier(drives).verify().problems();
      assertThat(problems).allMatch(problem -> problem.drive().equals("scm-0"));
      Set<String> named = new HashSet<>();
      problems.forEach(problem -> named.add(problem.file()));
      assertThat(named).isEqualTo(files);
    }
  }

  @Test
  void aCompactionMendsNothingButGoesOnWithTheCopyThatIsLeft() throws Exception {
    for (String file : files) {
      Files.delete(store.file("scm-1", file));
    }
    store.put(path(0), new byte[2]);
    store.commit();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 2);
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.stat(path(0)).orElseThrow().size()).isEqualTo(2);
      assertThat(new Verifier(drives).verify().problems())
          .isNotEmpty()
          .allMatch(problem -> problem.drive().equals("scm-1"))
          .allMatch(problem -> problem.what().equals("is missing"));
    }
  }

  @Test
  void aRepairWritesDamagedCopiesAnew() throws Exception {
    store.put(path(3), new byte[] {7});
    store.seal();
    Root head = store.makeRun();
    Set<String> mirrored = new HashSet<>(files);
    head.runs().forEach(run -> mirrored.add(run.file().name()));
    head.locationMap().forEach(map -> mirrored.add(map.name()));
    int damaged = 0;
    for (String file : mirrored) {
      if (++damaged % 3 == 0) {
        Files.delete(store.file("scm-1", file));
      } else {
        flip(damaged % 3 == 1 ? "scm-0" : "scm-1", file);
      }
    }
    try (DriveSet drives = store.openDrives()) {
      VerifyReport report = new Verifier(drives).verify();
      assertThat(report.damaged()).hasSize(mirrored.size());
      assertThat(report.damaged()).extracting(copy -> copy.file().name()).containsAll(mirrored);
      assertThat(new CopyRepair(drives).mend(report.damaged())).isEqualTo(mirrored.size());
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  @Test
  void aLeafThatNoMirrorHasIsNamedAndTheOthersAreRead() throws Exception {
    String lost =
        files.stream().filter(name -> name.endsWith("-files.parquet")).sorted().toList().get(0);
    flip("scm-0", lost);
    flip("scm-1", lost);
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      int readable = 0;
      for (int i = 0; i < FILES; i++) {
        String path = path(i);
        try {
          assertThat(reader.stat(path)).isPresent();
          readable++;
        } catch (CorruptDataException e) {
          assertThat(e).hasMessageContaining(lost).hasMessageContaining("scm-");
        }
      }
      assertThat(readable).isBetween(FILES - 10, FILES - 1);
      assertThatThrownBy(() -> reader.list("/", true).count()).hasMessageContaining(lost);
      assertThat(new Verifier(drives).verify().problems()).extracting(Problem::file).contains(lost);
    }
  }

  /** A filter is believed, so it must not be read where it is damaged. */
  @Test
  void aFilterThatDeniesEverythingIsDamageAndNoAnswer() throws Exception {
    List<String> tables = files.stream().filter(name -> name.startsWith("leaves/")).toList();
    for (String table : tables) {
      emptyFilters("scm-0", table);
    }
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      for (int i = 0; i < FILES; i++) {
        assertThat(reader.stat(path(i))).isPresent();
      }
      assertThat(new Verifier(drives).verify().problems())
          .extracting(Problem::file)
          .containsOnly(tables.toArray(String[]::new));
    }
    for (String table : tables) {
      emptyFilters("scm-1", table);
    }
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThatThrownBy(() -> reader.stat(path(0)))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("-files.parquet");
    }
  }

  /** As a writer with a fault would make it: the checksum is right, and no lookup finds a file. */
  @Test
  void filtersThatDenyWhatALeafHoldsAreNamed() throws Exception {
    replaceFilters(List.of());
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.stat(path(7))).isEmpty();
      assertThat(reader.list("/", true)).hasSize(FILES);
      assertThat(new Verifier(drives).verify().problems())
          .extracting(Problem::what)
          .anyMatch(what -> what.endsWith(" deny /f07, which it holds"));
    }
  }

  /** The file is found and the listing lacks it. */
  @Test
  void aFilterThatDeniesADirectoryOfALeafIsNamed() throws Exception {
    store.put("/a/b/x", new byte[1]);
    store.put("/a/b/y", new byte[1]);
    store.commit();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 2);
    store.refresh();
    List<String> paths = new ArrayList<>(List.of("/a/", "/a/b/x", "/a/b/y"));
    for (int i = 0; i < FILES; i++) {
      paths.add(path(i));
    }
    replaceFilters(paths);
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.stat("/a/b/x")).isPresent();
      assertThat(reader.list("/a", true)).hasSize(2);
      assertThat(reader.list("/a/b", true)).isEmpty();
      assertThat(new Verifier(drives).verify().problems())
          .extracting(Problem::what)
          .filteredOn(what -> what.contains(" deny "))
          .singleElement()
          .asString()
          .endsWith(" deny /a/b/, which it holds");
    }
  }

  @Test
  void filtersThatDenyWhatARunHoldsAreNamed() throws Exception {
    store.put("/a/b/x", new byte[1]);
    store.seal();
    RunRef run = store.makeRun().runs().get(0);
    MirroredFiles mirrors = new MirroredFiles(store.drives());
    for (List<String> values : List.of(List.<String>of(), List.of("/a/", "/a/b/x"))) {
      FileRef file =
          mirrors.writeTwice(
              "a run",
              run.file().name().replace(".parquet", "%d.parquet".formatted(values.size())),
              SpoiledTable.withFilters(mirrors.read(run.file()), values));
      store.commit(
          next ->
              next.kept(List.of())
                  .runs(List.of(new RunRef(file, run.rows(), run.minPath(), run.maxPath()))));
      try (DriveSet drives = store.openDrives();
          StoreReader reader = StoreReader.open(drives)) {
        assertThat(reader.stat("/a/b/x").isPresent()).isEqualTo(!values.isEmpty());
        assertThat(new Verifier(drives).verify().problems())
            .filteredOn(problem -> problem.kind() == Problem.Kind.RUN)
            .containsExactly(
                new Problem(
                    Problem.Kind.RUN,
                    "",
                    file.name(),
                    "has Bloom filters that deny %s, which it holds"
                        .formatted(values.isEmpty() ? "/a/b/x" : "/a/b/")));
      }
    }
  }

  /** Writes all leaves anew with filters that let pass these of their paths and directories. */
  private void replaceFilters(List<String> values) throws Exception {
    MirroredFiles mirrors = new MirroredFiles(store.drives());
    TreeFileWriter writer = new TreeFileWriter(mirrors, store.head().attempts().get(0).id());
    List<Child> leaves = new ArrayList<>();
    try (StoreReader reader = StoreReader.open(store.drives())) {
      for (Iterator<LeafRef> each = reader.leaves(); each.hasNext(); ) {
        leaves.add(withFilters(mirrors, each.next(), values));
      }
    }
    FileRef top = writer.write("branches", BranchCodec.encode(new Branch(leaves)));
    TreeTop tree = store.head().tree().orElseThrow();
    store.commit(
        next ->
            next.tree(
                Optional.of(
                    new TreeTop(
                        tree.root(),
                        tree.positions(),
                        Optional.of(top),
                        tree.files(),
                        tree.bytes(),
                        tree.usage()))));
  }

  private static LeafRef withFilters(MirroredFiles mirrors, LeafRef leaf, List<String> values)
      throws Exception {
    FileRef files = leaf.fileTable().orElseThrow();
    // Those of other leaves would fill the filter, which then lets pass everything.
    List<String> own =
        values.stream()
            .filter(
                value ->
                    value.endsWith("/")
                        ? leaf.minPath().startsWith(value)
                        : PathRange.between(leaf.minPath(), leaf.maxPath()).contains(value))
            .toList();
    return new LeafRef(
        leaf.minPath(),
        leaf.maxPath(),
        leaf.files(),
        leaf.extents(),
        leaf.parts(),
        leaf.bytes(),
        Optional.of(
            mirrors.writeTwice(
                "a table",
                files.name().replace("-files", "x-files"),
                SpoiledTable.withFilters(mirrors.read(files), own))),
        leaf.extentTable(),
        leaf.partTable());
  }

  private void emptyFilters(String drive, String name) throws Exception {
    Path file = store.file(drive, name);
    byte[] intact = Files.readAllBytes(file);
    byte[] empty = SpoiledTable.withEmptyFilters(ByteBuffer.wrap(intact)).array();
    assertThat(empty).isNotEqualTo(intact);
    Files.write(file, empty);
  }

  private static String path(int i) {
    return "/f%02d".formatted(i);
  }

  private void flip(String drive, String name) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(store.file(drive, name).toFile(), "rw")) {
      file.seek(file.length() / 2);
      int value = file.read();
      file.seek(file.length() / 2);
      file.write(value ^ 1);
    }
  }
}
