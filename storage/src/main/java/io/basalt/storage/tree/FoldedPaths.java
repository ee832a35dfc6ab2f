package io.basalt.storage.tree;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Folds sorted events path by path, each onto what earlier ones came to. */
public final class FoldedPaths implements Iterator<Fold> {
  private final Iterator<PathState> settled;
  private final Iterator<Event> events;
  private final Filter filter;
  private PathState state;
  private Event event;

  /** Which events count. */
  @FunctionalInterface
  public interface Filter {
    /** Whether an event is applied to what the earlier ones of its path came to. */
    boolean counts(Fold before, Event event);
  }

  /**
   * Folds all events.
   *
   * @param settled states by path, each path once
   * @param events by (path, version), none of which is in a state
   */
  public FoldedPaths(Iterator<PathState> settled, Iterator<Event> events) {
    this(settled, events, (before, event) -> true);
  }

  /** Folds those events that count. */
  public FoldedPaths(Iterator<PathState> settled, Iterator<Event> events, Filter filter) {
    this.settled = settled;
    this.events = events;
    this.filter = filter;
    this.state = next(settled);
    this.event = next(events);
  }

  /** Folds events onto nothing. */
  public FoldedPaths(Iterator<Event> events) {
    this(Collections.emptyIterator(), events);
  }

  @Override
  public boolean hasNext() {
    return state != null || event != null;
  }

  @Override
  public Fold next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Fold fold = isStateNext() ? settled() : new Fold(event.path());
    while (event != null && event.path().equals(fold.path())) {
      if (filter.counts(fold, event)) {
        fold.apply(event);
      }
      event = next(events);
    }
    return fold;
  }

  private boolean isStateNext() {
    return event == null
        || (state != null && PathOrder.INSTANCE.compare(state.path(), event.path()) <= 0);
  }

  private Fold settled() {
    Fold fold = new Fold(state);
    state = next(settled);
    return fold;
  }

  private static <T> T next(Iterator<T> from) {
    return from.hasNext() ? from.next() : null;
  }
}
