package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Folds sorted events path by path. */
public final class FoldedPaths implements Iterator<Fold> {
  private final Iterator<Event> events;
  private Event pending;

  public FoldedPaths(Iterator<Event> sorted) {
    events = sorted;
    pending = sorted.hasNext() ? sorted.next() : null;
  }

  @Override
  public boolean hasNext() {
    return pending != null;
  }

  @Override
  public Fold next() {
    if (pending == null) {
      throw new NoSuchElementException();
    }
    String path = pending.path();
    Fold fold = new Fold(path);
    while (pending != null && pending.path().equals(path)) {
      fold.apply(pending);
      pending = events.hasNext() ? events.next() : null;
    }
    return fold;
  }
}
