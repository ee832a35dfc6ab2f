package io.basalt.storage.leaf;

import io.basalt.storage.root.FileRef;
import io.basalt.storage.tree.PathOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts leaves in place of others by copy-on-write: only branches above a changed leaf are written
 * anew, all others are shared with the tree before. Branches that get too many children are split,
 * those that keep too few are joined with a neighbour, and a top with one child gives way to it, so
 * the tree stays shallow whatever is added and removed.
 */
public final class BranchEditor {
  private static final Comparator<Child> BY_PATH =
      Comparator.comparing(Child::minPath, PathOrder.INSTANCE);

  private final LeafTree tree;
  private final TreeFileWriter files;
  private final int fanOut;
  private final int few;

  public BranchEditor(LeafTree tree, TreeFileWriter files) {
    this(tree, files, Branch.FAN_OUT);
  }

  BranchEditor(LeafTree tree, TreeFileWriter files, int fanOut) {
    this.tree = tree;
    this.files = files;
    this.fanOut = fanOut;
    this.few = fanOut / 4;
  }

  /**
   * Writes the branches of the changed tree.
   *
   * @param removed leaves of the tree below top
   * @param added leaves whose ranges overlap none that stays
   * @return the new top; empty if no leaf is left
   */
  public Optional<BranchRef> replace(
      Optional<FileRef> top, List<LeafRef> removed, List<LeafRef> added) throws IOException {
    Edit edit = new Edit(sorted(removed), sorted(added));
    List<Child> children =
        top.isPresent() ? edit.apply(tree.branch(top.get())) : List.copyOf(edit.added());
    while (children.size() == 1 && children.get(0) instanceof BranchRef only) {
      children = tree.branch(only.file()).children();
    }
    while (children.size() > fanOut) {
      children = write(children);
    }
    return children.isEmpty() ? Optional.empty() : Optional.of(files.write(new Branch(children)));
  }

  private static List<LeafRef> sorted(List<LeafRef> leaves) {
    return leaves.stream().sorted(BY_PATH).toList();
  }

  /** Writes children as branches of even size. */
  private List<Child> write(List<Child> children) throws IOException {
    int count = (children.size() + fanOut - 1) / fanOut;
    List<Child> branches = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) children.size() * i / count);
      int to = (int) ((long) children.size() * (i + 1) / count);
      branches.add(files.write(new Branch(children.subList(from, to))));
    }
    return branches;
  }

  /** What changes below one node. Leaves by path. */
  private final class Edit {
    private final List<LeafRef> removed;
    private final List<LeafRef> added;

    private Edit(List<LeafRef> removed, List<LeafRef> added) {
      this.removed = removed;
      this.added = added;
    }

    private List<LeafRef> added() {
      return added;
    }

    private boolean isEmpty() {
      return removed.isEmpty() && added.isEmpty();
    }

    /** The children that the node then has; those that are branches are written. */
    private List<Child> apply(Branch node) throws IOException {
      return node.isAboveLeaves() ? leaves(node) : branches(node);
    }

    private List<Child> leaves(Branch node) {
      Set<LeafRef> gone = new HashSet<>(removed);
      List<Child> children = new ArrayList<>(added);
      for (Child child : node.children()) {
        if (!(child instanceof LeafRef leaf) || !gone.remove(leaf)) {
          children.add(child);
        }
      }
      if (!gone.isEmpty()) {
        throw new IllegalStateException("no leaf of the tree: " + gone.iterator().next());
      }
      children.sort(BY_PATH);
      return children;
    }

    private List<Child> branches(Branch node) throws IOException {
      List<Child> result = new ArrayList<>();
      List<Child> grandchildren = new ArrayList<>();
      List<Child> children = node.children();
      for (int i = 0; i < children.size(); i++) {
        Optional<String> end =
            i + 1 < children.size() ? Optional.of(children.get(i + 1).minPath()) : Optional.empty();
        Edit below = between(i == 0 ? "" : children.get(i).minPath(), end);
        boolean sparse = !grandchildren.isEmpty() && grandchildren.size() < few;
        if (!below.isEmpty() || sparse) {
          Branch child = tree.branch(((BranchRef) children.get(i)).file());
          grandchildren.addAll(below.isEmpty() ? child.children() : below.apply(child));
        } else {
          result.addAll(write(grandchildren));
          grandchildren.clear();
          result.add(children.get(i));
        }
      }
      if (!grandchildren.isEmpty() && grandchildren.size() < few && !result.isEmpty()) {
        Branch neighbour = tree.branch(((BranchRef) result.remove(result.size() - 1)).file());
        grandchildren.addAll(0, neighbour.children());
      }
      result.addAll(write(grandchildren));
      return result;
    }

    private Edit between(String first, Optional<String> end) {
      return new Edit(between(removed, first, end), between(added, first, end));
    }

    private static List<LeafRef> between(List<LeafRef> leaves, String first, Optional<String> end) {
      return leaves.stream()
          .filter(leaf -> PathOrder.INSTANCE.compare(leaf.minPath(), first) >= 0)
          .filter(
              leaf -> end.isEmpty() || PathOrder.INSTANCE.compare(leaf.minPath(), end.get()) < 0)
          .toList();
    }
  }
}
