package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.Replaced;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.Bytes;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.tree.FileState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs stay few without a compaction, and whoever reads or compacts notices nothing. */
class RunMergerTest {
  @TempDir Path folder;
  private final Bytes bytes = new Bytes(7, 12);
  private TestStore store;
  private RunMerger merger;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
    Attempt attempt = Attempt.parse(store.head().attempts().get(0).id());
    merger =
        new RunMerger(
            new MirroredFiles(store.drives()),
            attempt,
            new RunMerger.Policy(4, 4_000, 1 << 20),
            number -> new RootFiles(store.drives(), 3).read(number));
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void runsStayFewAndEveryFileReadsAsBefore() throws Exception {
    for (int i = 0; i < 40; i++) {
      run();
      Optional<RunMergeChange> change = merger.make(store.head());
      assertThat(change.isPresent()).isEqualTo(merger.isDue(store.head()));
      if (change.isPresent()) {
        long rows = rows(store.head());
        store.commit(change.get());
        assertThat(rows(store.head())).isEqualTo(rows);
      }
      assertThat(store.head().runs()).hasSizeLessThan(12);
      check(store.head());
    }
  }

  @Test
  void olderRootsReadTheirRunsAndThenTheseGo() throws Exception {
    for (int i = 0; i < 4; i++) {
      run();
    }
    Root old = store.head();
    TreeMap<String, byte[]> before = new TreeMap<>(bytes.files());
    Replaced replaced = new Replaced(store.drives());
    old.runs().forEach(run -> replaced.committed(run.file()));
    merge();
    run();
    assertThat(files(old)).containsExactlyEntriesOf(before);
    assertThat(replaced.delete(store.head())).isZero();
    assertThat(files(old)).hasSameSizeAs(before);
    store.commit(next -> next.kept(List.of()));
    assertThat(replaced.delete(store.head())).isEqualTo(4);
    for (RunRef run : old.runs()) {
      assertThat(store.file("scm-0", run.file().name())).doesNotExist();
    }
    check(store.head());
  }

  @Test
  void whatACompactionWorksOnIsLeftAlone() throws Exception {
    for (int i = 0; i < 4; i++) {
      run();
    }
    RunMergeChange early = merger.make(store.head()).orElseThrow();
    LocalCompaction compaction =
        LocalCompaction.start(store.drives(), store.log().handle(), store.clock(), 3);
    assertThatThrownBy(() -> store.commit(early))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("another root was pinned");
    Root during = store.refresh();
    assertThat(merger.make(during)).isEmpty();
    for (int i = 0; i < 4; i++) {
      run();
    }
    // What came since is free.
    Set<RunRef> base = new HashSet<>(during.runs());
    RunMergeChange since = merger.make(store.head()).orElseThrow();
    assertThat(since.merged()).doesNotContainAnyElementsOf(base);
    store.commit(since);
    compaction.commit(compaction.merge());
    assertThat(store.refresh().runs()).hasSize(1);
    check(store.head());
  }

  @Test
  void runsThatLeavesCoverVanish() throws Exception {
    for (int i = 0; i < 4; i++) {
      run();
    }
    List<RunRef> runs = store.head().runs();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 5);
    store.refresh();
    // As a run would stand that was made of tails which the compaction had seen.
    store.commit(next -> next.runs(runs));
    merge();
    assertThat(store.head().runs()).isEmpty();
    check(store.head());
  }

  @Test
  void theSameRunsAreNotMergedTwice() throws Exception {
    for (int i = 0; i < 4; i++) {
      run();
    }
    RunMergeChange one = merger.make(store.head()).orElseThrow();
    RunMergeChange two = merger.make(store.head()).orElseThrow();
    store.commit(one);
    assertThatThrownBy(() -> store.commit(two))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("is no longer in the root");
    store.commit(root -> root.attempts(List.of()));
    assertThatThrownBy(() -> store.commit(two))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was ended");
  }

  private void run() throws Exception {
    for (int i = 0; i < 6; i++) {
      bytes.change(store);
    }
    store.seal();
    store.makeRun();
  }

  private void merge() throws Exception {
    store.commit(merger.make(store.head()).orElseThrow());
  }

  private static long rows(Root root) {
    return root.runs().stream().mapToLong(RunRef::rows).sum();
  }

  private void check(Root root) throws IOException {
    assertThat(files(root)).containsExactlyEntriesOf(bytes.files());
  }

  private TreeMap<String, byte[]> files(Root root) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    try (StoreReader reader = StoreReader.open(store.drives(), root)) {
      for (FileState file : Contents.files(reader)) {
        files.put(file.path(), Contents.bytes(reader, file));
      }
    }
    return files;
  }
}
