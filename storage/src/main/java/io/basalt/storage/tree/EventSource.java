package io.basalt.storage.tree;

import java.io.IOException;
import java.util.Iterator;

/** A level of the tree: events sorted by (path, version). */
@FunctionalInterface
public interface EventSource {
  /** Events of these paths in order; the iterator wraps what fails in UncheckedIOException. */
  Iterator<Event> events(PathRange paths) throws IOException;
}
