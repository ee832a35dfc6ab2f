package io.basalt.storage.read;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The paths that changed since the leaves were made, in order. Leaves that hold none of them are
 * not read.
 */
final class ChangedPaths implements Iterator<PathChange> {
  private final Iterator<LeafRef> leaves;
  private final Settled settled;
  private final Iterator<Event> events;
  private Event event;

  /** The leaf that is read, or the next one; null behind the last. */
  private LeafRef leaf;

  /** The rest of that leaf, and the next state of it; null until a path of it changed. */
  private Iterator<PathState> states = Collections.emptyIterator();

  private PathState state;

  /** What the leaves hold of some paths. */
  @FunctionalInterface
  interface Settled {
    Iterator<PathState> states(PathRange paths) throws IOException;
  }

  /**
   * @param leaves all leaves, by path
   * @param events by (path, version), none of which is in a leaf
   */
  ChangedPaths(Iterator<LeafRef> leaves, Settled settled, Iterator<Event> events) {
    this.leaves = leaves;
    this.settled = settled;
    this.events = events;
    this.leaf = next(leaves);
    this.event = next(events);
  }

  private static <T> T next(Iterator<T> from) {
    return from.hasNext() ? from.next() : null;
  }

  @Override
  public boolean hasNext() {
    return event != null;
  }

  @Override
  public PathChange next() {
    if (event == null) {
      throw new NoSuchElementException();
    }
    String path = event.path();
    List<Event> ofPath = new ArrayList<>(1);
    while (event != null && event.path().equals(path)) {
      ofPath.add(event);
      event = next(events);
    }
    PathState before = before(path);
    return new PathChange(before, before.after(ofPath.iterator()));
  }

  private PathState before(String path) {
    while (leaf != null && PathOrder.INSTANCE.compare(leaf.maxPath(), path) < 0) {
      leaf = next(leaves);
      state = null;
    }
    if (leaf == null || PathOrder.INSTANCE.compare(leaf.minPath(), path) > 0) {
      return PathState.none(path);
    }
    if (state == null) {
      states = from(path);
      state = next(states);
    }
    while (state != null && PathOrder.INSTANCE.compare(state.path(), path) < 0) {
      state = next(states);
    }
    return state != null && state.path().equals(path) ? state : PathState.none(path);
  }

  private Iterator<PathState> from(String path) {
    try {
      return settled.states(PathRange.between(path, leaf.maxPath()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
