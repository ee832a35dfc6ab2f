package io.basalt.storage.tree;

import java.util.Iterator;

/** What the events of a path came to, on which later ones are folded. */
public interface Settled<S extends Settled<S>> {
  String path();

  /** What it comes to after events of the path, which come by version. */
  S after(Iterator<Event> events);
}
