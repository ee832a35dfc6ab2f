package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the events of a path came to: what a leaf holds of it.
 *
 * @param file the file, or empty if there is none
 * @param parts of uploads that are not published: UPLOAD events, by version
 */
public record PathState(String path, Optional<FileState> file, List<Event> parts)
    implements Settled<PathState> {
  public PathState {
    parts = List.copyOf(parts);
  }

  /** The state of a path that has no events yet. */
  public static PathState none(String path) {
    return new PathState(path, Optional.empty(), List.of());
  }

  /** Whether nothing is left of the path. */
  public boolean isEmpty() {
    return file.isEmpty() && parts.isEmpty();
  }

  @Override
  public PathState after(Iterator<Event> events) {
    Fold fold = new Fold(this);
    events.forEachRemaining(fold::apply);
    return fold.state();
  }

  /** The parts of an upload that is not published; empty if there are none. */
  public Optional<Upload> pending(String upload) {
    List<Event> found =
        parts.stream().filter(part -> part.upload().equals(Optional.of(upload))).toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(new Upload(upload, found));
  }
}
