package io.basalt.storage.leaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Branches against a sorted map, with few children so that the tree has many levels. */
class BranchEditorTest {
  private static final int FAN_OUT = 8;

  private final DriveSet drives = new SimulatedDrives(2, 0, 1L << 30).driveSet();
  private final MirroredFiles mirrors = new MirroredFiles(drives, new Random(3));
  private final LeafTree tree = new LeafTree(mirrors);
  private final TreeFileWriter files = new TreeFileWriter(mirrors, "1-00000000000000aa-0");
  private final BranchEditor editor = new BranchEditor(tree, files, FAN_OUT);
  private final TreeMap<String, LeafRef> model = new TreeMap<>();
  private Optional<BranchRef> top = Optional.empty();

  @Test
  void staysTrueAndShallowWhateverIsAddedAndRemoved() throws IOException {
    Random random = new Random(17);
    int version = 0;
    for (int round = 0; round < 300; round++) {
      // Grows for a while, then shrinks to nothing.
      int targets = random.nextInt(round < 150 ? 12 : 40);
      List<LeafRef> removed = new ArrayList<>();
      List<LeafRef> added = new ArrayList<>();
      Set<String> touched = new HashSet<>();
      for (int i = 0; i < targets; i++) {
        String path = "/%04d".formatted(random.nextInt(2000));
        if (!touched.add(path)) {
          continue;
        }
        Optional.ofNullable(model.remove(path)).ifPresent(removed::add);
        if (random.nextInt(round < 150 ? 5 : 50) > 0 == round < 150) {
          LeafRef leaf = leaf(path, ++version);
          added.add(leaf);
          model.put(path, leaf);
        }
      }
      replace(removed, added);
      check();
    }
    replace(List.copyOf(model.values()), List.of());
    assertThat(top).isEmpty();
  }

  @Test
  void oneChangedLeafRewritesOneBranchOfEachLevel() throws IOException {
    List<LeafRef> leaves = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      leaves.add(leaf("/%04d".formatted(i), 1));
    }
    replace(List.of(), leaves);
    Set<String> before = branches(top.orElseThrow().file());
    assertThat(depth(top.orElseThrow().file())).isEqualTo(3);
    replace(List.of(leaves.get(321)), List.of(leaf("/0321", 2)));
    Set<String> after = branches(top.orElseThrow().file());
    after.removeAll(before);
    assertThat(after).hasSize(3);
  }

  @Test
  void refusesToRemoveWhatIsNotThereAndToOverlap() throws IOException {
    replace(List.of(), List.of(leaf("/b", "/d")));
    assertThatThrownBy(() -> replace(List.of(leaf("/b", 9)), List.of()))
        .hasMessageContaining("no leaf of the tree");
    assertThatThrownBy(() -> replace(List.of(), List.of(leaf("/c", 1))))
        .hasMessageContaining("ranges of a branch's children are disjoint: /c after /d");
  }

  private void replace(List<LeafRef> removed, List<LeafRef> added) throws IOException {
    top = editor.replace(top.map(BranchRef::file), removed, added);
  }

  private void check() throws IOException {
    List<LeafRef> found = new ArrayList<>();
    if (top.isPresent()) {
      leaves(PathRange.ALL).forEachRemaining(found::add);
      assertThat(top.get().files()).isEqualTo(model.size());
      branches(top.get().file());
      // No more levels than if every branch were a quarter full.
      int levels = depth(top.get().file());
      assertThat(Math.pow(FAN_OUT / 4.0, levels - 1)).isLessThanOrEqualTo(model.size());
      String some = model.firstKey();
      assertThat(leaves(PathRange.exactly(some)).next()).isEqualTo(model.get(some));
    }
    assertThat(found).containsExactlyElementsOf(model.values());
  }

  private Iterator<LeafRef> leaves(PathRange paths) throws IOException {
    TreeTop any =
        new TreeTop(1, List.of(), top.map(BranchRef::file), 0, 0, new FileRef("", List.of(), 0, 0));
    return tree.leaves(any, paths);
  }

  private int depth(FileRef branch) throws IOException {
    return tree.branch(branch).children().get(0) instanceof BranchRef below
        ? 1 + depth(below.file())
        : 1;
  }

  private Set<String> branches(FileRef branch) throws IOException {
    Set<String> names = new HashSet<>(Set.of(branch.name()));
    Branch node = tree.branch(branch);
    assertThat(node.children()).hasSizeLessThanOrEqualTo(FAN_OUT);
    for (Child child : node.children()) {
      if (child instanceof BranchRef below) {
        names.addAll(branches(below.file()));
        assertThat(tree.branch(below.file()).minPath()).isEqualTo(below.minPath());
        assertThat(tree.branch(below.file()).maxPath()).isEqualTo(below.maxPath());
      }
    }
    return names;
  }

  private static LeafRef leaf(String path, int version) {
    return new LeafRef(
        path, path, 1, version, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static LeafRef leaf(String first, String last) {
    return new LeafRef(
        first, last, 2, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
