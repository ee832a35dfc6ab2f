package io.basalt.storage.verify;

import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Roots whose positions never fall: each holds the events of the one before, and some more. Tells
 * which of them is the first to hold an event. Immutable.
 */
final class Reigns {
  private final List<Root> roots;

  /** Of each log where each root ends, in their order. */
  private final Map<Log, long[]> ends = new HashMap<>();

  private Reigns(List<Root> roots) {
    this.roots = roots;
    for (int i = 0; i < roots.size(); i++) {
      int reign = i;
      Log.ends(roots.get(i).positions())
          .forEach(
              (log, end) -> ends.computeIfAbsent(log, any -> new long[roots.size()])[reign] = end);
    }
  }

  /** The last of these roots, and those before it that hold nothing that a later one does not. */
  static Reigns of(List<Root> ascending) {
    Deque<Root> reigning = new ArrayDeque<>();
    for (int i = ascending.size() - 1; i >= 0; i--) {
      Root root = ascending.get(i);
      if (reigning.isEmpty() || isWithin(root, reigning.getFirst())) {
        reigning.addFirst(root);
      }
    }
    return new Reigns(List.copyOf(reigning));
  }

  private static boolean isWithin(Root older, Root later) {
    Map<Log, Long> ends = Log.ends(later.positions());
    return Log.ends(older.positions()).entrySet().stream()
        .allMatch(end -> end.getValue() <= ends.getOrDefault(end.getKey(), 0L));
  }

  List<Root> roots() {
    return roots;
  }

  /** Index of the first root that holds the event; their number if none does. */
  int first(Event event) {
    long[] next = ends.get(Log.of(event));
    if (next == null) {
      return roots.size();
    }
    int low = 0;
    int high = next.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (next[middle] > event.version().offset()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
