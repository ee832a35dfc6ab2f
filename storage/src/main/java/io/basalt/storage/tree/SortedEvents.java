package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A level of the tree that is held in memory, such as the tails. Sorting all of it is most of the
 * work of a reader that is opened for one file: the first range is picked out and sorted alone.
 * Safe for several threads.
 */
public final class SortedEvents implements EventSource {
  private final List<Event> events;
  private boolean asked;
  private boolean sorted;

  /** Holds a copy of these events, in any order. */
  public SortedEvents(List<Event> events) {
    this.events = new ArrayList<>(events);
  }

  @Override
  public synchronized Iterator<Event> events(PathRange paths) {
    if (!asked && !paths.equals(PathRange.ALL)) {
      asked = true;
      return events.stream()
          .filter(event -> paths.contains(event.path()))
          .sorted(PathOrder.EVENTS)
          .toList()
          .iterator();
    }
    if (!sorted) {
      events.sort(PathOrder.EVENTS);
      sorted = true;
    }
    int from = firstNotBefore(paths);
    int to = from;
    while (to < events.size() && paths.contains(events.get(to).path())) {
      to++;
    }
    return events.subList(from, to).iterator();
  }

  private int firstNotBefore(PathRange paths) {
    int low = 0;
    int high = events.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (paths.compare(events.get(middle).path()) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
