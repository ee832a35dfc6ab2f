package io.basalt.storage.read;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.PathOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All leaves of a root, by path, and which of them are to be read. */
final class ChosenLeaves {
  private final List<LeafRef> leaves = new ArrayList<>();
  private final BitSet chosen = new BitSet();

  /** Chooses none yet. */
  ChosenLeaves(StoreReader reader) throws IOException {
    reader.leaves().forEachRemaining(leaves::add);
  }

  /** Chooses those that another root does not have. */
  void chooseAllBut(ChosenLeaves others) {
    Set<LeafRef> shared = new HashSet<>(others.leaves);
    for (int i = 0; i < leaves.size(); i++) {
      if (!shared.contains(leaves.get(i))) {
        chosen.set(i);
      }
    }
  }

  /** Chooses by paths, which ascend. */
  final class ByPath {
    private int at;

    /** Chooses the leaf that holds the path if any does. */
    void choose(String path) {
      while (at < leaves.size() && PathOrder.INSTANCE.compare(leaves.get(at).maxPath(), path) < 0) {
        at++;
      }
      if (at < leaves.size() && PathOrder.INSTANCE.compare(leaves.get(at).minPath(), path) <= 0) {
        chosen.set(at);
      }
    }
  }

  /** The chosen ones, by path. */
  List<LeafRef> toList() {
    return chosen.stream().mapToObj(leaves::get).toList();
  }
}
