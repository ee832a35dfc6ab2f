package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Passes on the events that leaves do not cover. */
public final class Uncovered implements Iterator<Event> {
  private final Iterator<Event> events;
  private final Covered covered;
  private Event next;

  public Uncovered(Iterator<Event> events, Covered covered) {
    this.events = events;
    this.covered = covered;
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Event next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    Event event = next;
    advance();
    return event;
  }

  private void advance() {
    next = null;
    while (next == null && events.hasNext()) {
      Event event = events.next();
      next = covered.test(event) ? null : event;
    }
  }
}
