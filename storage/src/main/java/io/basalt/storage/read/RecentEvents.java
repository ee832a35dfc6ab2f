package io.basalt.storage.read;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.run.RunPaths;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * What happened since a root's leaves were made: the events of its runs and tails. A first read
 * decodes only what its paths ask for. Whoever reads on pays for knowing more: all events, sorted
 * in memory, where they are few enough; else the paths of each run. Safe for several threads.
 */
final class RecentEvents {
  private static final long KEPT_BYTES = 64L << 20;

  /** Of an event in memory, about. */
  private static final int EVENT_BYTES = 256;

  private static final int ROWS_PER_PAGE = 1024;

  private final Root root;
  private final MirroredFiles files;
  private final Covered covered;
  private final TailEvents tails;
  private final long mostKept;
  private final Map<String, RunReader> runs = new LinkedHashMap<>();
  private final Map<String, RunPaths> runPaths = new ConcurrentHashMap<>();
  private final AtomicLong decoded = new AtomicLong();
  private long keptBytes;
  private SortedEvents all;

  /** Keeps events of runs, and as many of tails, each in no more than an eighth of the heap. */
  RecentEvents(Root root, Locations locations, MirroredFiles files, SegmentReader segments) {
    this(root, locations, files, segments, Runtime.getRuntime().maxMemory() / 8 / EVENT_BYTES);
  }

  /**
   * @param mostKept events of runs that are kept in memory at most, and events of tails
   */
  RecentEvents(
      Root root, Locations locations, MirroredFiles files, SegmentReader segments, long mostKept) {
    this.root = root;
    this.files = files;
    this.covered = new Covered(root.tree().map(TreeTop::positions).orElse(List.of()));
    this.mostKept = mostKept;
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
    boolean worthMore = isWorthKnowingMore(paths);
    Optional<SortedEvents> known = worthMore ? all() : Optional.empty();
    if (known.isPresent()) {
      return known.get().events(paths);
    }
    boolean asksPaths =
        worthMore && isPathOrDirectory(paths) && RunPaths.bytes(rows()) <= KEPT_BYTES;
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      if (paths.overlaps(run.minPath(), run.maxPath())
          && (!asksPaths || paths(run).mayHold(paths.text()))) {
        levels.add(read.of(run(run), paths));
      }
    }
    levels.add(tails.events(paths));
    return new MergedEvents(levels);
  }

  private static boolean isPathOrDirectory(PathRange paths) {
    return switch (paths.kind()) {
      case EXACT -> true;
      case PREFIX -> paths.text().endsWith("/") && paths.text().length() > 1;
      case STRETCH -> false;
    };
  }

  /**
   * A read decodes a page of each run at least, a scan all rows. Once reads have decoded twice as
   * many rows as there are, reading all of them once costs less than going on.
   */
  private boolean isWorthKnowingMore(PathRange paths) {
    long rows = rows();
    long pages = (long) root.runs().size() * ROWS_PER_PAGE;
    return decoded.addAndGet(paths.equals(PathRange.ALL) ? rows : pages) > 2 * rows;
  }

  private long rows() {
    return root.runs().stream().mapToLong(RunRef::rows).sum();
  }

  /** All events, sorted; empty if they are too many. */
  private synchronized Optional<SortedEvents> all() throws IOException {
    if (all == null && rows() <= mostKept) {
      Optional<SortedEvents> young = tails.all();
      if (young.isPresent()) {
        all = together(young.get());
        synchronized (runs) {
          runs.clear();
          keptBytes = 0;
        }
      }
    }
    return Optional.ofNullable(all);
  }

  private SortedEvents together(SortedEvents young) throws IOException {
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      levels.add(run(run).events(PathRange.ALL));
    }
    levels.add(young.events(PathRange.ALL));
    List<Event> events = new ArrayList<>();
    new MergedEvents(levels).forEachRemaining(events::add);
    return SortedEvents.ofSorted(events);
  }

  /** Gives the paths of all events, level by level, each ascending; one level is open at a time. */
  void changed(Consumer<Iterator<String>> level) throws IOException {
    for (RunRef run : root.runs()) {
      level.accept(paths(run(run).keys(), EventKey::path));
    }
    level.accept(paths(tails.events(PathRange.ALL), Event::path));
  }

  private static <T> Iterator<String> paths(Iterator<T> elements, Function<T, String> path) {
    Iterable<T> all = () -> elements;
    return StreamSupport.stream(all.spliterator(), false).map(path).iterator();
  }

  private RunPaths paths(RunRef run) throws IOException {
    RunPaths known = runPaths.get(run.file().name());
    if (known == null) {
      known = RunPaths.of(run(run).keys(), run.rows());
      runPaths.put(run.file().name(), known);
    }
    return known;
  }

  private RunReader run(RunRef run) throws IOException {
    String name = run.file().name();
    synchronized (runs) {
      RunReader kept = runs.get(name);
      if (kept != null) {
        return kept;
      }
    }
    RunReader reader = new RunReader(name, files.read(run.file()), covered);
    synchronized (runs) {
      if (keptBytes + run.file().length() <= KEPT_BYTES && runs.put(name, reader) == null) {
        keptBytes += run.file().length();
      }
    }
    return reader;
  }
}
