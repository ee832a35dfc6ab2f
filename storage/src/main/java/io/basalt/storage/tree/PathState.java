package io.basalt.storage.tree;

import java.util.List;
import java.util.Optional;

/**
 * What the events of a path came to: what a leaf holds of it.
 *
 * @param file the file, or empty if there is none
 * @param parts of uploads that are not published: UPLOAD events, by version
 */
public record PathState(String path, Optional<FileState> file, List<Event> parts) {
  public PathState {
    parts = List.copyOf(parts);
  }

  /** Whether nothing is left of the path. */
  public boolean isEmpty() {
    return file.isEmpty() && parts.isEmpty();
  }
}
