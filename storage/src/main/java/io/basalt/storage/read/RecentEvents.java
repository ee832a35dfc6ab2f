package io.basalt.storage.read;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What happened since a root's leaves were made: the events of its runs and tails. A read decodes
 * only what its paths ask for, of runs that may hold one by their Bloom filters, which are kept.
 * Whoever reads on pays for knowing more: all events, sorted in memory, where they are few enough.
 * Safe for several threads.
 */
final class RecentEvents {
  private static final int ROWS_PER_PAGE = 1024;

  private final Root root;
  private final TailEvents tails;
  private final long mostKept;
  private final OpenRuns runs;
  private final AtomicLong decoded = new AtomicLong();

  /** Null until it is worth knowing. */
  private volatile SortedEvents all;

  private boolean tooMany;

  /** Keeps events of runs, and as many of tails, each in no more than an eighth of the heap. */
  RecentEvents(Root root, Locations locations, MirroredFiles files, SegmentReader segments) {
    this(root, locations, files, segments, HeldEvents.inHeap());
  }

  /**
   * @param mostKept events of runs that are kept in memory at most, and events of tails, as {@link
   *     HeldEvents} counts them
   */
  RecentEvents(
      Root root, Locations locations, MirroredFiles files, SegmentReader segments, long mostKept) {
    this.root = root;
    Covered covered = new Covered(root.tree().map(TreeTop::positions).orElse(List.of()));
    this.mostKept = mostKept;
    this.runs = new OpenRuns(files, covered);
    this.tails = new TailEvents(root.tails(), locations, segments, covered, mostKept);
  }

  /** Some events of a run. */
  @FunctionalInterface
  private interface RunRead {
    Iterator<Event> of(RunReader run, PathRange paths) throws IOException;
  }

  /** The events of these paths, by (path, version). */
  Iterator<Event> events(PathRange paths) throws IOException {
    return read(paths, RunReader::events);
  }

  /** The same for listings: shards may lack a place. */
  Iterator<Event> sizes(PathRange paths) throws IOException {
    return read(paths, RunReader::sizes);
  }

  private Iterator<Event> read(PathRange paths, RunRead read) throws IOException {
    if (all != null) {
      return all.events(paths);
    }
    List<RunRef> asked = runs.holding(root.runs(), paths);
    if (isWorthKnowingMore(paths, asked.size()) && knowAll()) {
      return all.events(paths);
    }
    List<Iterator<Event>> levels = new ArrayList<>();
    runs.each(asked, (run, reader) -> levels.add(read.of(reader, paths)));
    levels.add(tails.events(paths));
    return new MergedEvents(levels);
  }

  /**
   * A read decodes a page of each run that it asks at least, a scan all rows. Once reads have
   * decoded twice as many rows as there are, reading all of them once costs less than going on.
   */
  private boolean isWorthKnowingMore(PathRange paths, int asked) {
    long rows = rows();
    long pages = (long) asked * ROWS_PER_PAGE;
    return decoded.addAndGet(paths.equals(PathRange.ALL) ? rows : pages) > 2 * rows;
  }

  private long rows() {
    return root.runs().stream().mapToLong(RunRef::rows).sum();
  }

  /** Sorts all events in memory; false if they are too many. */
  private synchronized boolean knowAll() throws IOException {
    if (all == null && !tooMany && rows() <= mostKept) {
      Optional<SortedEvents> young = tails.all();
      Optional<SortedEvents> together = young.isPresent() ? together(young.get()) : young;
      if (together.isPresent()) {
        all = together.get();
        runs.clear();
      }
      tooMany = together.isEmpty();
    }
    return all != null;
  }

  /** Runs and tails, each of which may be kept; empty if long paths make them too many. */
  private Optional<SortedEvents> together(SortedEvents young) throws IOException {
    List<Iterator<Event>> levels = new ArrayList<>();
    runs.each(root.runs(), (run, reader) -> levels.add(reader.events(PathRange.ALL)));
    levels.add(young.events(PathRange.ALL));
    List<Event> events = new ArrayList<>();
    long count = 0;
    for (MergedEvents merged = new MergedEvents(levels); merged.hasNext(); ) {
      Event event = merged.next();
      count += HeldEvents.count(event);
      if (count > 2 * mostKept) {
        return Optional.empty();
      }
      events.add(event);
    }
    return Optional.of(SortedEvents.ofSorted(events));
  }

  /** Gives the paths of all events, level by level, each ascending; one level is open at a time. */
  void changed(Consumer<Iterator<String>> level) throws IOException {
    for (RunRef run : root.runs()) {
      level.accept(paths(runs.open(run).keys(), EventKey::path));
    }
    level.accept(paths(tails.events(PathRange.ALL), Event::path));
  }

  private static <T> Iterator<String> paths(Iterator<T> elements, Function<T, String> path) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public String next() {
        return path.apply(elements.next());
      }
    };
  }
}
