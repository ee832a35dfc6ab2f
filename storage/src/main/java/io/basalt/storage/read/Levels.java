package io.basalt.storage.read;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.run.RunPaths;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.SortedEvents;
import io.basalt.storage.tree.Uncovered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;

/**
 * The levels of one root's tree: its leaves, its runs, and its tails as the youngest level. Each is
 * read when it is first needed; runs and leaves are kept in memory up to a bound. Safe for several
 * threads.
 */
final class Levels {
  private static final long KEPT_BYTES = 64L << 20;
  private static final int ROWS_PER_LOOKUP = 1024;

  private final Root root;
  private final Locations locations;
  private final MirroredFiles files;
  private final SegmentReader segments;
  private final LeafTree leaves;
  private final Covered covered;
  private final Map<String, RunReader> runs = new LinkedHashMap<>();
  private final Map<String, RunPaths> runPaths = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private long keptBytes;
  private SortedEvents tails;

  Levels(Root root, Locations locations, MirroredFiles files, SegmentReader segments) {
    this.root = root;
    this.locations = locations;
    this.files = files;
    this.segments = segments;
    this.leaves = new LeafTree(files);
    this.covered = new Covered(root.tree().map(TreeTop::positions).orElse(List.of()));
  }

  /** The paths of a range in order, each with what all its events come to. */
  FoldedPaths folds(PathRange paths) throws IOException {
    return new FoldedPaths(settled(paths), since(paths));
  }

  /** What the leaves hold. */
  Iterator<PathState> settled(PathRange paths) throws IOException {
    return root.tree().isPresent()
        ? leaves.states(root.tree().get(), paths)
        : Collections.emptyIterator();
  }

  /** The leaves that hold all paths. */
  Iterator<LeafRef> leaves() throws IOException {
    return root.tree().isPresent()
        ? leaves.leaves(root.tree().get(), PathRange.ALL)
        : Collections.emptyIterator();
  }

  /** The paths of the events since the leaves were made: one iterator for each level, sorted. */
  List<Iterator<String>> changed() throws IOException {
    List<Iterator<String>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      levels.add(paths(run(run).keys()));
    }
    List<String> young = new ArrayList<>();
    new Uncovered(tails().events(PathRange.ALL), covered)
        .forEachRemaining(event -> young.add(event.path()));
    levels.add(young.iterator());
    return levels;
  }

  private Iterator<String> paths(Iterator<EventKey> keys) {
    Iterable<EventKey> all = () -> keys;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(key -> !covered.holds(key))
        .map(EventKey::path)
        .iterator();
  }

  /** What happened since the leaves were made. */
  Iterator<Event> since(PathRange paths) throws IOException {
    boolean asksPaths = isPathOrDirectory(paths) && isWorthKnowingPaths();
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      if (paths.overlaps(run.minPath(), run.maxPath())
          && (!asksPaths || paths(run).mayHold(paths.text()))) {
        levels.add(run(run).events(paths));
      }
    }
    levels.add(tails().events(paths));
    return new Uncovered(new MergedEvents(levels), covered);
  }

  private static boolean isPathOrDirectory(PathRange paths) {
    return switch (paths.kind()) {
      case EXACT -> true;
      case PREFIX -> paths.text().endsWith("/") && paths.text().length() > 1;
      case STRETCH -> false;
    };
  }

  /**
   * A lookup or a listing decodes a page of each run. Once they have decoded as many rows as there
   * are, it pays to read all paths once.
   */
  private boolean isWorthKnowingPaths() {
    long rows = root.runs().stream().mapToLong(RunRef::rows).sum();
    long decoded = (long) lookups.incrementAndGet() * root.runs().size() * ROWS_PER_LOOKUP;
    return decoded > rows && RunPaths.bytes(rows) <= KEPT_BYTES;
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
    RunReader reader = new RunReader(name, files.read(run.file()));
    synchronized (runs) {
      if (keptBytes + run.file().length() <= KEPT_BYTES && runs.put(name, reader) == null) {
        keptBytes += run.file().length();
      }
    }
    return reader;
  }

  private synchronized SortedEvents tails() throws IOException {
    if (tails == null) {
      List<Event> events = new ArrayList<>();
      for (Tail tail : root.tails()) {
        for (IndexBlock block : indexBlocks(tail.location())) {
          events.addAll(block.events());
        }
      }
      tails = new SortedEvents(events);
    }
    return tails;
  }

  private List<IndexBlock> indexBlocks(SegmentLocation committed) throws IOException {
    // What the root says of the ends holds for ever; where the segment is only the head knows.
    return locations.read(
        committed.segment(), place -> segments.indexBlocks(place, committed.indexStart()));
  }
}
