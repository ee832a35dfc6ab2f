package io.basalt.storage.leaf;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Leaves without the branches that point at them: their tables tell what those would say. */
public final class LooseLeaves {
  private LooseLeaves() {}

  /**
   * Reads leaves whole, one after the other, and returns them in the order of their paths.
   *
   * @param tables all tables of these leaves
   */
  public static List<LeafRef> of(MirroredFiles mirrors, Collection<FileRef> tables)
      throws IOException {
    Map<String, Map<LeafTable, FileRef>> leaves = new TreeMap<>();
    for (FileRef table : tables) {
      LeafTable kind = LeafTable.of(table.name());
      leaves.computeIfAbsent(kind.leaf(table.name()), leaf -> new HashMap<>()).put(kind, table);
    }
    LeafTree tree = new LeafTree(mirrors);
    List<LeafRef> found = new ArrayList<>();
    for (Map<LeafTable, FileRef> leaf : leaves.values()) {
      found.add(read(tree, leaf));
    }
    found.sort(Comparator.comparing(LeafRef::minPath, PathOrder.INSTANCE));
    return found;
  }

  private static LeafRef read(LeafTree tree, Map<LeafTable, FileRef> tables) throws IOException {
    Sums sums = new Sums(tables);
    try {
      tree.leaf(sums.leaf()).states(PathRange.ALL).forEachRemaining(sums::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return sums.leaf();
  }

  /** What a leaf's rows add up to. */
  private static final class Sums {
    private final Map<LeafTable, FileRef> tables;
    private String minPath = "";
    private String maxPath = "";
    private long files;
    private long extents;
    private long parts;
    private long bytes;

    private Sums(Map<LeafTable, FileRef> tables) {
      this.tables = tables;
    }

    private void add(PathState state) {
      minPath = minPath.isEmpty() ? state.path() : minPath;
      maxPath = state.path();
      parts += state.parts().size();
      if (state.file().isPresent()) {
        FileState file = state.file().get();
        files++;
        extents += file.extents().size();
        bytes += file.size();
      }
    }

    private LeafRef leaf() {
      return new LeafRef(
          minPath,
          maxPath,
          files,
          extents,
          parts,
          bytes,
          Optional.ofNullable(tables.get(LeafTable.FILES)),
          Optional.ofNullable(tables.get(LeafTable.EXTENTS)),
          Optional.ofNullable(tables.get(LeafTable.PARTS)));
    }
  }
}
