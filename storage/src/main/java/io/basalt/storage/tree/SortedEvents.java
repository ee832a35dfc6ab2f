package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A level of the tree that is held in memory, such as the tails. Safe for several threads. */
public final class SortedEvents implements EventSource {
  private final List<Event> events;

  /** Holds a copy of these events, which come in any order. */
  public SortedEvents(List<Event> events) {
    this.events = new ArrayList<>(events);
    this.events.sort(PathOrder.EVENTS);
  }

  @Override
  public Iterator<Event> events(PathRange paths) {
    return events.subList(firstNotBefore(paths, 0), firstNotBefore(paths, 1)).iterator();
  }

  /**
   * The first event whose path stands as given, or later.
   *
   * @param place negative, zero or positive: before the paths, among them or behind them
   */
  private int firstNotBefore(PathRange paths, int place) {
    int low = 0;
    int high = events.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (paths.compare(events.get(middle).path()) < place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
