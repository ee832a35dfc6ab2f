package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Folds sorted events path by path, each onto what earlier ones came to. A state that no event
 * changes is passed on as it is.
 */
public final class FoldedPaths<S extends Settled<S>> implements Iterator<S> {
  private final Iterator<S> settled;
  private final Iterator<Event> events;
  private final Function<String, S> none;
  private final Folding<S> folding;
  private S state;
  private Event event;

  /** Folds events of a path. */
  @FunctionalInterface
  public interface Folding<S> {
    /** What a path comes to after events, all of which are taken. */
    S after(S before, Iterator<Event> events);
  }

  /**
   * Folds all events.
   *
   * @param settled states by path, each path once
   * @param events by (path, version), none of which is in a state
   * @param none the state of a path of which there is no settled one
   */
  public FoldedPaths(Iterator<S> settled, Iterator<Event> events, Function<String, S> none) {
    this(settled, events, none, Settled::after);
  }

  /** Folds events in a way of the caller's. */
  public FoldedPaths(
      Iterator<S> settled, Iterator<Event> events, Function<String, S> none, Folding<S> folding) {
    this.settled = settled;
    this.events = events;
    this.none = none;
    this.folding = folding;
    this.state = next(settled);
    this.event = next(events);
  }

  @Override
  public boolean hasNext() {
    return state != null || event != null;
  }

  @Override
  public S next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int order = order();
    if (order > 0) {
      return folding.after(none.apply(event.path()), new OfPath(event.path()));
    }
    S before = state;
    state = next(settled);
    return order < 0 ? before : folding.after(before, new OfPath(before.path()));
  }

  /** Negative if the next state has no events, positive if the next events have no state. */
  private int order() {
    if (event == null) {
      return -1;
    }
    return state == null ? 1 : PathOrder.INSTANCE.compare(state.path(), event.path());
  }

  private static <T> T next(Iterator<T> from) {
    return from.hasNext() ? from.next() : null;
  }

  /** The next events, as long as they are those of one path. */
  private final class OfPath implements Iterator<Event> {
    private final String path;

    private OfPath(String path) {
      this.path = path;
    }

    @Override
    public boolean hasNext() {
      return event != null && event.path().equals(path);
    }

    @Override
    public Event next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Event taken = event;
      event = FoldedPaths.next(events);
      return taken;
    }
  }
}
