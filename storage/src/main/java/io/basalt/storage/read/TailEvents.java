package io.basalt.storage.read;

import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventWindows;
import io.basalt.storage.tree.EventWindows.Window;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The events of a root's tails, whose index blocks hold them as they came, by (path, version). A
 * first narrow read takes out what it asks for, and leaves the rest undecoded; a later one has them
 * all sorted in memory, if they fit. If they do not, a read goes window by window: the next paths
 * that have as many events as fit, taken out of all index blocks. Safe for several threads.
 */
final class TailEvents {
  /** Of an event in an index block, about, with a path that is not long. */
  private static final int SMALL_BYTES = 128;

  /** No path stands before it. */
  private static final String FIRST = "";

  private final List<Tail> tails;
  private final Locations locations;
  private final SegmentReader segments;
  private final Covered covered;
  private final long most;
  private boolean asked;
  private boolean tooMany;

  /** The last one that was made without an end; null before the first. */
  private Window last;

  /**
   * @param covered events that are left out
   * @param most events that are in memory at a time, besides those of one tail and of one path
   */
  TailEvents(
      List<Tail> tails, Locations locations, SegmentReader segments, Covered covered, long most) {
    this.tails = tails;
    this.locations = locations;
    this.segments = segments;
    this.covered = covered;
    this.most = most;
    this.tooMany = indexBytes(tails) > most * SMALL_BYTES;
  }

  private static long indexBytes(List<Tail> tails) {
    return tails.stream()
        .map(Tail::location)
        .mapToLong(location -> location.size() - location.indexStart())
        .sum();
  }

  /** The events of these paths in order; the iterator throws UncheckedIOException. */
  Iterator<Event> events(PathRange paths) throws IOException {
    boolean isNarrow =
        switch (paths.kind()) {
          case EXACT -> true;
          case PREFIX -> !paths.equals(PathRange.ALL);
          case STRETCH -> false;
        };
    if (isNarrow && (isFirst() || all().isEmpty())) {
      EventFilter wanted = new EventFilter(paths, covered);
      return new EventWindows(
          paths, path -> window(path, path.equals(paths.text()) ? wanted : wanted.from(path)));
    }
    return new EventWindows(paths, this::shared);
  }

  private synchronized boolean isFirst() {
    boolean first = !asked;
    asked = true;
    return first;
  }

  /** All events, which stay in memory; empty if they do not fit. */
  synchronized Optional<SortedEvents> all() throws IOException {
    if (tooMany) {
      return Optional.empty();
    }
    Window window = shared(FIRST);
    tooMany = window.end().isPresent();
    return tooMany ? Optional.empty() : Optional.of(SortedEvents.ofSorted(window.events()));
  }

  /** Who reads on, in this stretch of paths or in the next, mostly finds what is there already. */
  private synchronized Window shared(String path) throws IOException {
    if (last == null || !last.holds(path)) {
      EventFilter every = new EventFilter(PathRange.ALL, covered);
      // Before the next ones come, these go.
      last = null;
      last = tooMany ? window(path, every.from(path)) : window(FIRST, every);
      tooMany |= last.end().isPresent();
      return last.holds(path) ? last : shared(path);
    }
    return last;
  }

  /** The first of the wanted events. */
  private Window window(String from, EventFilter wanted) throws IOException {
    List<EventWindows.Level> levels = new ArrayList<>();
    for (Tail tail : tails) {
      levels.add(
          (first, before, sink) -> give(tail, before.map(wanted::before).orElse(wanted), sink));
    }
    return Window.read(from, levels, new HeldEvents(most));
  }

  private void give(Tail tail, EventFilter wanted, Consumer<Event> sink) throws IOException {
    for (IndexBlock block : indexBlocks(tail.location(), wanted)) {
      block.events().forEach(sink);
    }
  }

  private List<IndexBlock> indexBlocks(SegmentLocation committed, EventFilter wanted)
      throws IOException {
    // What the root says of the ends holds for ever; where the segment is only the head knows.
    return locations.read(
        committed.segment(), place -> segments.indexBlocks(place, committed.indexStart(), wanted));
  }
}
