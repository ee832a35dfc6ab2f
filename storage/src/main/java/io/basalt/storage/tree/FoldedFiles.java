package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/** The files that states hold; a path of which no file is left is passed over. */
public final class FoldedFiles<S, F> implements Iterator<F> {
  private final Iterator<S> states;
  private final Function<S, Optional<F>> file;
  private F next;

  public FoldedFiles(Iterator<S> states, Function<S, Optional<F>> file) {
    this.states = states;
    this.file = file;
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public F next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    F found = next;
    advance();
    return found;
  }

  private void advance() {
    next = null;
    while (next == null && states.hasNext()) {
      next = file.apply(states.next()).orElse(null);
    }
  }
}
