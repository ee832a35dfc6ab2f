package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A level of the tree that is held in memory, such as the tails. Immutable. */
public final class SortedEvents implements EventSource {
  private final List<Event> sorted;

  /** Sorts a copy of these events. */
  public SortedEvents(List<Event> events) {
    sorted = new ArrayList<>(events);
    sorted.sort(PathOrder.EVENTS);
  }

  @Override
  public Iterator<Event> events(PathRange paths) {
    int from = firstNotBefore(paths);
    int to = from;
    while (to < sorted.size() && paths.contains(sorted.get(to).path())) {
      to++;
    }
    return sorted.subList(from, to).iterator();
  }

  private int firstNotBefore(PathRange paths) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (paths.compare(sorted.get(middle).path()) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
