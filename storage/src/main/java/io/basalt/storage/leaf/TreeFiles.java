package io.basalt.storage.leaf;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects all files of some trees; what they share is read once. */
public final class TreeFiles {
  private final LeafTree tree;
  private final Map<String, FileRef> files = new LinkedHashMap<>();

  public TreeFiles(LeafTree tree) {
    this.tree = tree;
  }

  /** The names of all files of the roots' trees. */
  public static Set<String> of(MirroredFiles mirrors, Collection<Root> roots) throws IOException {
    TreeFiles files = new TreeFiles(new LeafTree(mirrors));
    for (Root root : roots) {
      files.add(root.tree());
    }
    return files.names();
  }

  /** Adds the files of a root's tree. */
  public TreeFiles add(Optional<TreeTop> top) throws IOException {
    if (top.isPresent()) {
      files.put(top.get().usage().name(), top.get().usage());
      if (top.get().branch().isPresent()) {
        add(top.get().branch().get());
      }
    }
    return this;
  }

  /** Adds a branch and all that is below it. */
  public TreeFiles add(FileRef branch) throws IOException {
    if (files.put(branch.name(), branch) != null) {
      return this;
    }
    for (Child child : tree.branch(branch).children()) {
      if (child instanceof BranchRef below) {
        add(below.file());
      } else if (child instanceof LeafRef leaf) {
        leaf.tables().forEach(table -> files.put(table.name(), table));
      }
    }
    return this;
  }

  public Collection<FileRef> files() {
    return files.values();
  }

  public Set<String> names() {
    return files.keySet();
  }
}
