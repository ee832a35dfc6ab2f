package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What a listing knows of a path: as much of a {@link PathState} as the sizes of files depend on.
 *
 * @param parts UPLOAD events that are not published, by version; their shards may lack a place
 */
public record ListedState(String path, Optional<ListedFile> file, List<Event> parts)
    implements Settled<ListedState> {
  public ListedState {
    parts = List.copyOf(parts);
  }

  /** What is known of a path that has no events yet. */
  public static ListedState none(String path) {
    return new ListedState(path, Optional.empty(), List.of());
  }

  /** The events' shards may lack a place, too. */
  @Override
  public ListedState after(Iterator<Event> events) {
    Fold fold = new Fold(this);
    events.forEachRemaining(fold::apply);
    return fold.listed();
  }
}
