package io.basalt.sql;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.PathOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Cuts paths where leaves begin, so that no two readers read the same one. Pure. */
final class LeafRanges {
  private LeafRanges() {}

  /**
   * At most so many ranges, of about as many leaves each, that together are the paths.
   *
   * @param leaves all leaves, by path
   */
  static List<Paths> of(Paths paths, Iterator<LeafRef> leaves, int pieces) {
    if (paths.isEmpty()) {
      return List.of();
    }
    List<String> firsts = new ArrayList<>();
    while (leaves.hasNext()) {
      String first = leaves.next().minPath();
      if (isAfter(first, paths.first()) && (paths.end() == null || isAfter(paths.end(), first))) {
        firsts.add(first);
      }
    }
    List<Paths> ranges = new ArrayList<>();
    String first = paths.first();
    for (int i = 1; i < pieces; i++) {
      int at = (int) ((long) firsts.size() * i / pieces);
      if (at < firsts.size() && isAfter(firsts.get(at), first)) {
        ranges.add(new Paths(first, firsts.get(at)));
        first = firsts.get(at);
      }
    }
    ranges.add(new Paths(first, paths.end()));
    return ranges;
  }

  private static boolean isAfter(String path, String other) {
    return PathOrder.INSTANCE.compare(path, other) > 0;
  }
}
