package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** A level of the tree that is held in memory, such as the tails. Safe for several threads. */
public final class SortedEvents implements EventSource {
  /** About as many events as a processor's cache holds. */
  private static final int PORTION = 4096;

  private final List<Event> events;

  private SortedEvents(List<Event> events) {
    this.events = events;
  }

  /** Holds these events, which come in any order. */
  public static SortedEvents of(List<Event> events) {
    return new SortedEvents(sorted(events));
  }

  /** Holds events that come in order; the list must not change any more. */
  public static SortedEvents ofSorted(List<Event> events) {
    return new SortedEvents(events);
  }

  /**
   * The events in order, in a list of its own. Portions are sorted, then all are merged at once:
   * each merge of two by two would bring every event into the processor's cache once more.
   */
  public static List<Event> sorted(List<Event> events) {
    Event[] array = events.toArray(Event[]::new);
    List<Iterator<Event>> portions = new ArrayList<>();
    for (int from = 0; from < array.length; from += PORTION) {
      int end = Math.min(array.length, from + PORTION);
      Arrays.sort(array, from, end, PathOrder.EVENTS);
      portions.add(Arrays.asList(array).subList(from, end).iterator());
    }
    if (portions.size() <= 1) {
      return Arrays.asList(array);
    }
    List<Event> merged = new ArrayList<>(array.length);
    new MergedEvents(portions).forEachRemaining(merged::add);
    return merged;
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
