package io.basalt.storage.tree;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/** Merges sorted events of several levels by (path, version). */
public final class MergedEvents implements Iterator<Event> {
  private final PriorityQueue<Level> levels =
      new PriorityQueue<>(Comparator.comparing(level -> level.next, PathOrder.EVENTS));

  public MergedEvents(List<Iterator<Event>> sorted) {
    for (Iterator<Event> events : sorted) {
      if (events.hasNext()) {
        levels.add(new Level(events));
      }
    }
  }

  @Override
  public boolean hasNext() {
    return !levels.isEmpty();
  }

  @Override
  public Event next() {
    if (levels.isEmpty()) {
      throw new NoSuchElementException();
    }
    Level smallest = levels.remove();
    Event event = smallest.next;
    if (smallest.rest.hasNext()) {
      smallest.next = smallest.rest.next();
      levels.add(smallest);
    }
    return event;
  }

  private static final class Level {
    private final Iterator<Event> rest;
    private Event next;

    private Level(Iterator<Event> events) {
      next = events.next();
      rest = events;
    }
  }
}
