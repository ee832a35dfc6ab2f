package io.basalt.storage.leaf;

import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.util.List;

/** A node of the tree above the leaves: at least one child, all leaves or all branches. */
public record Branch(List<Child> children) {
  /** At most so many children. */
  public static final int FAN_OUT = 512;

  public Branch {
    children = List.copyOf(children);
    if (children.isEmpty() || children.size() > FAN_OUT) {
      throw new IllegalArgumentException("a branch of " + children.size() + " children");
    }
    for (int i = 0; i < children.size(); i++) {
      Child child = children.get(i);
      if (PathOrder.INSTANCE.compare(child.minPath(), child.maxPath()) > 0
          || child.getClass() != children.get(0).getClass()) {
        throw new IllegalArgumentException("child " + child + " of a branch");
      }
      if (i > 0
          && PathOrder.INSTANCE.compare(children.get(i - 1).maxPath(), child.minPath()) >= 0) {
        throw new IllegalArgumentException(
            "ranges of a branch's children are disjoint: %s after %s"
                .formatted(child.minPath(), children.get(i - 1).maxPath()));
      }
    }
  }

  String minPath() {
    return children.get(0).minPath();
  }

  String maxPath() {
    return children.get(children.size() - 1).maxPath();
  }

  boolean isAboveLeaves() {
    return children.get(0) instanceof LeafRef;
  }

  /** Children that may hold a path of the range. */
  List<Child> overlapping(PathRange paths) {
    return children.stream()
        .filter(child -> paths.overlaps(child.minPath(), child.maxPath()))
        .toList();
  }
}
