package io.basalt.storage.read;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What became of files from one root to another. Leaves that both roots share are not read; of the
 * rest, only paths that stand in a leaf of one root alone, or changed since its leaves were made,
 * are compared. Keeps these paths in memory.
 */
public final class RootDiff {
  private final StoreReader before;
  private final StoreReader after;

  public RootDiff(StoreReader before, StoreReader after) {
    this.before = before;
    this.after = after;
  }

  /** A path whose file is not the same in both roots: at least one is there. */
  public record Entry(String path, Optional<FileState> before, Optional<FileState> after) {
    public Kind kind() {
      if (before.isEmpty()) {
        return Kind.ADDED;
      }
      return after.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
    }
  }

  /** What became of a file. */
  public enum Kind {
    ADDED,
    CHANGED,
    REMOVED
  }

  /** The differences, by path. */
  public List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String path : candidates()) {
      Optional<FileState> old = before.stat(path);
      Optional<FileState> now = after.stat(path);
      if (!old.equals(now)) {
        entries.add(new Entry(path, old, now));
      }
    }
    return entries;
  }

  private Set<String> candidates() throws IOException {
    Set<String> paths = new TreeSet<>(PathOrder.INSTANCE);
    for (StoreReader reader : List.of(before, after)) {
      reader.changed(level -> level.forEachRemaining(paths::add));
    }
    Set<LeafRef> old = leaves(before);
    Set<LeafRef> now = leaves(after);
    for (LeafRef leaf : old) {
      if (!now.contains(leaf)) {
        add(before, leaf, paths);
      }
    }
    for (LeafRef leaf : now) {
      if (!old.contains(leaf)) {
        add(after, leaf, paths);
      }
    }
    return paths;
  }

  private static Set<LeafRef> leaves(StoreReader reader) throws IOException {
    Set<LeafRef> leaves = new HashSet<>();
    reader.leaves().forEachRemaining(leaves::add);
    return leaves;
  }

  private static void add(StoreReader reader, LeafRef leaf, Set<String> paths) throws IOException {
    reader
        .settled(PathRange.between(leaf.minPath(), leaf.maxPath()))
        .forEachRemaining(state -> paths.add(state.path()));
  }
}
