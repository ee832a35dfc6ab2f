package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fold over many roots looks at just the shards that a reader of each root may ask for. */
class TreeCheckTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void looksAtEveryShardThatSomeRootReadsAndAtNoOther(long seed) throws Exception {
    Random random = new Random(seed);
    try (TestStore store = TestStore.create(folder)) {
      for (int i = 0; i < 60; i++) {
        change(store, random, i);
        if (i % 20 == 10) {
          LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), i);
          store.refresh();
        }
      }
      List<Root> roots = roots(store);
      assertThat(roots).hasSizeGreaterThan(40);
      assertThat(roots.stream().map(Root::tree).distinct()).hasSizeGreaterThan(2);
      Set<Shard> read = read(store, roots);
      for (int most : new int[] {1, 7, 1000}) {
        assertThat(looked(store, roots, new HeldEvents(most))).isEqualTo(read);
      }
    }
  }

  /** A fold takes it for one without events, which nobody but this problem tells. */
  @Test
  void aTailThatCannotBeReadIsAProblem() throws Exception {
    try (TestStore store = TestStore.create(folder)) {
      store.put("/file", new byte[10]);
      Root head = store.commit();
      Findings findings = new Findings(Watcher.NONE);
      TreeCheck.Tails gone =
          (segment, wanted) -> {
            throw new IOException("is gone");
          };
      TreeCheck check = check(store, findings, gone, shard -> {}, new HeldEvents(10));
      check.check(List.of(head));
      assertThat(check.since()).isEmpty();
      assertThat(findings.problems())
          .containsExactlyInAnyOrderElementsOf(
              head.tails().stream().map(tail -> lost(tail.location().fileName())).toList());
      store.verifyAndClose();
    }
  }

  private static Problem lost(String file) {
    return new Problem(Problem.Kind.TREE, "", file, "is gone");
  }

  @Test
  void theSecondTimeItTellsTheSameShardsAndNamesARunThatIsLostByThen() throws Exception {
    try (TestStore store = TestStore.create(folder)) {
      store.put("/settled", new byte[10]);
      store.commit();
      LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 1);
      store.refresh();
      store.put("/since", new byte[10]);
      store.seal();
      Root head = store.makeRun();
      Set<Shard> looked = new HashSet<>();
      Findings findings = new Findings(Watcher.NONE);
      try (SegmentReader segments = new SegmentReader(store.drives())) {
        TreeCheck check =
            check(store, findings, tails(store, segments), looked::add, new HeldEvents(10));
        check.check(List.of(head));
        Set<Shard> first = Set.copyOf(looked);
        looked.clear();
        check.again(List.of(head));
        assertThat(looked).isEqualTo(first).hasSize(2);
        assertThat(findings.report().problems()).isEmpty();
        assertThat(findings.report().checked())
            .containsEntry("files", 2L)
            .containsEntry("runs", 1L)
            .containsEntry("leaves", 1L);

        FileRef run = head.runs().get(0).file();
        for (String drive : run.drives()) {
          Files.delete(store.file(drive, run.name()));
        }
        check.again(List.of(head));
        assertThat(findings.problems())
            .extracting(Problem::kind, Problem::file)
            .containsExactly(tuple(Problem.Kind.TREE, run.name()));
      }
    }
  }

  /** The head's fold ends at its first path, and an older root has most of its leaves. */
  @Test
  void leavesThatAFoldDidNotComeToAreLookedAtForOlderRoots() throws Exception {
    try (TestStore store = TestStore.create(folder)) {
      for (int i = 0; i < 60; i++) {
        store.put("/f%02d".formatted(i), new byte[10]);
      }
      store.commit();
      LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 1);
      Root older = store.refresh();
      store.put("/f59", new byte[20]);
      store.commit();
      LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 2);
      store.refresh();
      store.apply("/a", Op.PUBLISH, 10, "never", new byte[0]);
      Root head = store.commit();
      assertThat(head.tree()).isNotEqualTo(older.tree());

      Findings findings = new Findings(Watcher.NONE);
      Set<Shard> looked = looked(store, List.of(head, older), new HeldEvents(10), findings);
      assertThat(findings.problems())
          .singleElement()
          .extracting(Problem::file)
          .isEqualTo(RootFiles.fileName(head.number()));
      assertThat(looked).isEqualTo(read(store, List.of(older)));
    }
  }

  private static void change(TestStore store, Random random, int i) throws Exception {
    String path = "/file" + random.nextInt(12);
    byte[] bytes = new byte[1 + random.nextInt(90)];
    switch (random.nextInt(12)) {
      case 0 -> store.apply(path, Op.DELETE, 0, null, new byte[0]);
      case 1 -> store.apply(path, Op.APPEND, 0, null, bytes);
      case 2 -> store.apply(path, Op.TRUNCATE, random.nextInt(90), null, new byte[0]);
      case 3 -> store.apply(path, Op.UPLOAD, 0, "u" + i, bytes);
      case 4, 5 -> {
        store.put(path, bytes);
        store.seal();
        store.makeRun();
      }
      case 6 -> {
        // Lost, by a fault of whoever committed it: other roots still hold it.
        List<RunRef> runs = store.head().runs();
        if (random.nextInt(3) == 0 && !runs.isEmpty()) {
          store.commit(next -> next.runs(runs.subList(1, runs.size())));
        }
      }
      default -> store.write(path, random.nextInt(60), bytes);
    }
    store.commit();
  }

  /** The head, then the others. */
  private static List<Root> roots(TestStore store) throws Exception {
    RootFiles files = new RootFiles(store.drives(), 3);
    List<Root> roots = new ArrayList<>(List.of(store.head()));
    for (KeptRoot kept : store.head().kept()) {
      roots.add(files.read(kept.number()));
    }
    return roots;
  }

  private static Set<Shard> looked(TestStore store, List<Root> roots, HeldEvents held)
      throws Exception {
    Findings findings = new Findings(Watcher.NONE);
    Set<Shard> looked = looked(store, roots, held, findings);
    assertThat(findings.report().problems()).isEmpty();
    return looked;
  }

  private static Set<Shard> looked(
      TestStore store, List<Root> roots, HeldEvents held, Findings findings) throws Exception {
    Set<Shard> looked = new HashSet<>();
    try (SegmentReader segments = new SegmentReader(store.drives())) {
      check(store, findings, tails(store, segments), looked::add, held).check(roots);
    }
    return looked;
  }

  private static TreeCheck.Tails tails(TestStore store, SegmentReader segments) throws Exception {
    LocationMap map = LocationMap.load(new MirroredFiles(store.drives()), store.head());
    return (segment, wanted) -> {
      SegmentLocation place = map.find(segment).orElseThrow();
      return segments.indexBlocks(place, place.indexStart(), wanted);
    };
  }

  private static TreeCheck check(
      TestStore store,
      Findings findings,
      TreeCheck.Tails tails,
      Consumer<Shard> shards,
      HeldEvents held) {
    return new TreeCheck(new Copies(store.drives(), findings), findings, tails, shards, held);
  }

  private static Set<Shard> read(TestStore store, List<Root> roots) throws Exception {
    Set<Shard> read = new HashSet<>();
    for (Root root : roots) {
      try (StoreReader reader = StoreReader.open(store.drives(), root)) {
        new FoldedPaths<>(
                reader.settled(PathRange.ALL), reader.since(PathRange.ALL), PathState::none)
            .forEachRemaining(
                state -> {
                  state.file().stream()
                      .flatMap(file -> file.extents().stream())
                      .map(Extent::shard)
                      .forEach(read::add);
                  state.parts().forEach(part -> read.addAll(part.shards()));
                });
      }
    }
    return read;
  }
}
