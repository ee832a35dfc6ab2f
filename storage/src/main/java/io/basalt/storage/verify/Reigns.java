package io.basalt.storage.verify;

import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Event;
import io.basalt.storage.verify.EventSums.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Roots whose positions never fall: each holds the events of the one before, and some more. Tells
 * which of them is the first to hold an event.
 */
final class Reigns {
  private final List<Map<Log, Long>> ends = new ArrayList<>();

  /** Adds a root, older ones first; false if it does not hold all that the one before holds. */
  boolean add(Root root) {
    Map<Log, Long> end = Log.ends(root.positions());
    if (!ends.isEmpty()) {
      for (Map.Entry<Log, Long> before : ends.get(ends.size() - 1).entrySet()) {
        if (end.getOrDefault(before.getKey(), 0L) < before.getValue()) {
          return false;
        }
      }
    }
    ends.add(end);
    return true;
  }

  /** Index of the first root that holds the event; their number if none does. */
  int first(Event event) {
    Log log = Log.of(event);
    int low = 0;
    int high = ends.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends.get(middle).getOrDefault(log, 0L) > event.version().offset()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
