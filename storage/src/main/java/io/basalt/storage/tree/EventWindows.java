package io.basalt.storage.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Events by (path, version) out of levels that hold them in any order, window by window: the next
 * paths that have as many events as may be held. Each window asks all levels, so time grows with
 * the number of windows, and memory does not. The iterator throws UncheckedIOException and belongs
 * to one thread.
 */
public final class EventWindows implements Iterator<Event> {
  private final PathRange paths;
  private final Source source;
  private Iterator<Event> events = Collections.emptyIterator();
  private Optional<String> rest;

  /** What holds events, each once, in any order. */
  @FunctionalInterface
  public interface Level {
    /**
     * Gives its events from a path on and before another to the sink.
     *
     * @param before empty if there is no end
     */
    void give(String from, Optional<String> before, Consumer<Event> sink) throws IOException;
  }

  /** Finds the window that begins with a path, or holds it. */
  @FunctionalInterface
  public interface Source {
    Window at(String path) throws IOException;
  }

  /**
   * All events from a path on and before another, sorted.
   *
   * @param end the first path behind them that has events too; empty if none has
   */
  public record Window(String from, List<Event> events, Optional<String> end) {
    /** Reads the window that begins with a path. */
    public static Window read(String from, Iterable<? extends Level> levels, HeldEvents held)
        throws IOException {
      Filling window = new Filling(held);
      for (Level level : levels) {
        level.give(from, window.end, window);
      }
      return new Window(from, window.sorted(), window.end);
    }

    public boolean holds(String path) {
      return PathOrder.INSTANCE.compare(from, path) <= 0
          && (end.isEmpty() || PathOrder.INSTANCE.compare(path, end.get()) < 0);
    }
  }

  /** The events of these paths; the windows may hold others, too. */
  public EventWindows(PathRange paths, Source source) throws IOException {
    this.paths = paths;
    this.source = source;
    this.rest = Optional.of(paths.text());
    advance();
  }

  /** All events of some levels. */
  public static EventWindows of(List<? extends Level> levels, HeldEvents held) throws IOException {
    return new EventWindows(PathRange.ALL, from -> Window.read(from, levels, held));
  }

  private void advance() throws IOException {
    while (!events.hasNext() && rest.isPresent()) {
      // Before the next ones come, these go.
      events = Collections.emptyIterator();
      Window window = source.at(rest.get());
      events = SortedEvents.ofSorted(window.events()).events(paths);
      rest = window.end().filter(paths::contains);
    }
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public Event next() {
    if (!events.hasNext()) {
      throw new NoSuchElementException();
    }
    Event event = events.next();
    try {
      advance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return event;
  }

  /** A window while levels give to it; whenever it is full, its larger paths leave it. */
  private static final class Filling implements Consumer<Event> {
    private final HeldEvents held;
    private List<Event> events = new ArrayList<>();

    /** As {@link HeldEvents} counts them. */
    private long count;

    private Optional<String> end = Optional.empty();
    private long limit;

    private Filling(HeldEvents held) {
      this.held = held;
      this.limit = held.most();
    }

    @Override
    public void accept(Event event) {
      if (end.isPresent() && PathOrder.INSTANCE.compare(event.path(), end.get()) >= 0) {
        return;
      }
      events.add(event);
      count += HeldEvents.count(event);
      held.hold(count);
      if (count > limit) {
        cut();
      }
    }

    private void cut() {
      List<Event> sorted = SortedEvents.sorted(events);
      int after = half(sorted);
      end = after < sorted.size() ? Optional.of(sorted.get(after).path()) : end;
      events = new ArrayList<>(sorted.subList(0, after));
      count = events.stream().mapToLong(HeldEvents::count).sum();
      // Where one path fills half of it, the next cut must not come with each event.
      limit = Math.max(held.most(), 2 * count);
    }

    /** How many events the first half of the paths has, about, or at least the first path. */
    private int half(List<Event> sorted) {
      int after = 0;
      for (long before = HeldEvents.count(sorted.get(0)); before <= held.most() / 2; ) {
        before += HeldEvents.count(sorted.get(++after));
      }
      String path = sorted.get(after).path();
      while (after > 0 && sorted.get(after - 1).path().equals(path)) {
        after--;
      }
      while (after < sorted.size() && sorted.get(after).path().equals(sorted.get(0).path())) {
        after++;
      }
      return after;
    }

    private List<Event> sorted() {
      if (count > held.most()) {
        cut();
      }
      return SortedEvents.sorted(events);
    }
  }
}
