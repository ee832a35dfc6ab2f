package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.config.Tier;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs and map files of one attempt, which new ones replace while old roots come and go. */
class ReplacedTest {
  @TempDir Path folder;

  @Test
  void leavesWhatAKeptRootNamesAndNothingElse() throws Exception {
    try (TestStore store = TestStore.create(folder)) {
      RootFiles roots = new RootFiles(store.drives(), 3);
      Replaced replaced = new Replaced(store.drives());
      Random random = new Random(5);
      int deleted = 0;
      for (int i = 0; i < 60; i++) {
        store.put("/file" + random.nextInt(20), new byte[100]);
        store.seal();
        RunChange change = store.runChange();
        store.commit(change);
        change.made().forEach(replaced::committed);
        if (random.nextInt(4) == 0) {
          // As a compaction does, of which this attempt hears nothing.
          store.commit(next -> next.runs(without(next.runs(), random)));
        }
        store.commit(next -> next.kept(some(next.kept(), random)));
        deleted += replaced.delete(store.head());
        Set<String> needed = new TreeSet<>(names(store.head()));
        for (KeptRoot kept : store.head().kept()) {
          needed.addAll(names(roots.read(kept.number())));
        }
        assertThat(found(store)).containsAll(needed);
        if (store.head().kept().isEmpty()) {
          assertThat(found(store)).isEqualTo(needed);
        }
      }
      store.commit(next -> next.kept(List.of()));
      deleted += replaced.delete(store.head());
      assertThat(deleted).isGreaterThan(60);
      assertThat(found(store)).isEqualTo(names(store.head()));
      // The runs that were taken out here stand in no leaves.
      assertThat(new Verifier(store.drives()).verify().problems())
          .singleElement()
          .extracting(Problem::what)
          .asString()
          .startsWith("index blocks tell of 60 events since the leaves were made");
    }
  }

  private static List<RunRef> without(List<RunRef> runs, Random random) {
    return runs.stream().filter(run -> random.nextBoolean()).toList();
  }

  private static List<KeptRoot> some(List<KeptRoot> kept, Random random) {
    int from = random.nextInt(3) == 0 ? kept.size() : kept.size() - Math.min(kept.size(), 12);
    return kept.subList(from, kept.size()).stream().filter(root -> random.nextBoolean()).toList();
  }

  private static Set<String> names(Root root) {
    return new TreeSet<>(
        Stream.concat(root.runs().stream().map(RunRef::file), root.locationMap().stream())
            .map(FileRef::name)
            .toList());
  }

  /** What stands on the drives; their threads have done what they were asked before. */
  private static Set<String> found(TestStore store) throws Exception {
    Set<String> found = new TreeSet<>();
    for (var drive : store.drives().available(Tier.SCM)) {
      for (var file : store.drives().call(drive.id(), each -> each.list(""))) {
        if (file.name().matches("(runs|maps)/.*")) {
          found.add(file.name());
        }
      }
    }
    return found;
  }
}
