package io.basalt.storage.verify;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.table.PathFilter;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventWindows;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.Fold;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The trees of the head and its kept roots: runs and leaves are what these say of them, and what
 * happened since the leaves were made folds onto them to files.
 *
 * <p>Roots differ little from each other, so each state of a path is looked at once: of the roots
 * that share their leaves, the newest is folded, path by path and event by event, and where one of
 * the others ends, what the path has come to is a state of that one. That holds only if the runs
 * and tails of the other have the same events up to its positions, which totals tell; one that has
 * not is folded by itself.
 *
 * <p>Runs and tails are read one after the other for their totals, and once more for each window of
 * paths whose events fit into memory, so memory does not depend on how many there are. All copies
 * of a file are read the first time, and any of them later.
 */
final class TreeCheck {
  private final Copies copies;
  private final Findings findings;
  private final LeafCheck leaves;
  private final Tails tails;
  private final Consumer<Shard> shards;
  private final HeldEvents held;

  /** Runs that were checked; false for one that no drive has intact. */
  private final Map<RunRef, Boolean> runs = new HashMap<>();

  private final Set<String> lostTails = new HashSet<>();

  /** Leaves all of whose states were looked at as they are. */
  private final Set<LeafRef> seen = new HashSet<>();

  private Optional<Total> sinceLeaves = Optional.empty();

  /** Index blocks of segments that are tails of roots. */
  @FunctionalInterface
  interface Tails {
    /**
     * The wanted events; none if the segment is not there any more.
     *
     * @throws IOException if its index can be read nowhere
     */
    List<IndexBlock> blocks(String segment, EventFilter wanted) throws IOException;
  }

  /** What holds events of a root that its leaves do not have. */
  private sealed interface Source {
    /** The file's name. */
    String file();

    /** A run. */
    record OfRun(RunRef run) implements Source {
      @Override
      public String file() {
        return run.file().name();
      }
    }

    /** A tail, whatever of it a root had committed. */
    record OfTail(String segment) implements Source {
      @Override
      public String file() {
        return "segments/" + segment;
      }
    }
  }

  /**
   * @param shards is told each shard that a file or a pending upload of a root consists of
   * @param held bounds the events in memory, besides those of one segment
   */
  TreeCheck(
      Copies copies, Findings findings, Tails tails, Consumer<Shard> shards, HeldEvents held) {
    this.copies = copies;
    this.findings = findings;
    this.leaves = new LeafCheck(copies, findings);
    this.tails = tails;
    this.shards = shards;
    this.held = held;
  }

  /** Checks the trees of roots, the head first, then older ones in any order. */
  void check(List<Root> roots) {
    check(roots, true);
  }

  /**
   * Tells once more of the shards of roots that were checked. Reads each file from one drive; what
   * cannot be read any more is a problem.
   */
  void again(List<Root> roots) {
    seen.clear();
    check(roots, false);
  }

  private void check(List<Root> roots, boolean first) {
    Map<Optional<TreeTop>, List<Root>> byLeaves = new LinkedHashMap<>();
    for (Root root : roots) {
      byLeaves.computeIfAbsent(root.tree(), any -> new ArrayList<>()).add(root);
    }
    for (List<Root> same : byLeaves.values()) {
      same.sort(Comparator.comparingLong(Root::number));
      checkSame(same, first && same.contains(roots.get(0)));
    }
  }

  /** The files of all runs, leaves and branches that were checked. */
  Set<FileRef> files() {
    Set<FileRef> all = runs.keySet().stream().map(RunRef::file).collect(Collectors.toSet());
    all.addAll(leaves.files());
    return all;
  }

  /** The events of the head that its leaves do not hold; empty if some could not be read. */
  Optional<Total> since() {
    return sinceLeaves;
  }

  /** Whether a root holds an event, and not in its leaves. */
  static Predicate<Event> isSince(Root root) {
    Covered settled = new Covered(root.tree().map(TreeTop::positions).orElse(List.of()));
    Covered all = new Covered(root.positions());
    return event -> !settled.test(event) && all.test(event);
  }

  /** The names of the files of a root's tree that was checked. */
  Set<String> names(Root root) {
    Set<String> names = leaves.names(root);
    root.tree().ifPresent(top -> names.add(top.usage().name()));
    root.runs().forEach(run -> names.add(run.file().name()));
    return names;
  }

  /**
   * Roots of the same leaves, by number.
   *
   * @param counted whether the head is one of them: it comes first, so all of its leaves are read
   */
  private void checkSame(List<Root> same, boolean counted) {
    Reigns reigns = Reigns.of(same);
    List<Set<Source>> sources = reigns.roots().stream().map(TreeCheck::sources).toList();
    Root newest = same.get(same.size() - 1);
    List<LeafRef> found = leaves.check(newest);
    BitSet touched = new BitSet();
    Predicate<Event> since = isSince(newest);
    Totals<Source> totals = new Totals<>(reigns, sources);
    Set<Source> ofNewest = sources.get(sources.size() - 1);
    boolean whole = true;
    for (Source source : union(sources)) {
      Totals<Source>.OfSource of = totals.of(source);
      boolean read =
          read(
              source,
              event -> {
                if (since.test(event) && of.add(event)) {
                  touch(found, event.path(), touched);
                }
              });
      of.end();
      whole &= read || !ofNewest.contains(source);
    }
    if (counted) {
      sinceLeaves = whole ? Optional.of(totals.last()) : Optional.empty();
    }
    List<Root> shared = new ArrayList<>();
    for (int reign = 0; reign < reigns.roots().size(); reign++) {
      if (totals.isShared(reign)) {
        shared.add(reigns.roots().get(reign));
      }
    }
    if (fold(newest, ofNewest, Reigns.of(shared), asked(found, touched), counted)) {
      for (int i = 0; i < found.size(); i++) {
        if (!touched.get(i)) {
          seen.add(found.get(i));
        }
      }
    }
    same.stream()
        .filter(root -> !shared.contains(root))
        .forEach(root -> checkSame(List.of(root), false));
  }

  private static Set<Source> sources(Root root) {
    return Stream.concat(
            root.runs().stream().map(Source.OfRun::new),
            root.tails().stream().map(tail -> new Source.OfTail(tail.location().segment())))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Set<Source> union(List<Set<Source>> sources) {
    return sources.stream()
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Notes the leaf whose paths a path stands among, if there is one. */
  private static void touch(List<LeafRef> leaves, String path, BitSet touched) {
    int low = 0;
    int high = leaves.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (PathOrder.INSTANCE.compare(leaves.get(middle).maxPath(), path) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < leaves.size() && PathOrder.INSTANCE.compare(leaves.get(low).minPath(), path) <= 0) {
      touched.set(low);
    }
  }

  /** The leaves that have states which were not looked at. */
  private List<LeafRef> asked(List<LeafRef> leaves, BitSet touched) {
    List<LeafRef> asked = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      if (touched.get(i) || !seen.contains(leaves.get(i))) {
        asked.add(leaves.get(i));
      }
    }
    return asked;
  }

  /**
   * Folds a root's tree, and looks at every state in which one of the roots has a path.
   *
   * @return false if a problem ended it before the last path
   */
  private boolean fold(
      Root root, Set<Source> sources, Reigns reigns, List<LeafRef> asked, boolean counted) {
    Predicate<Event> since = isSince(root);
    List<EventWindows.Level> levels = new ArrayList<>();
    for (Source source : sources) {
      levels.add(
          (from, before, sink) -> give(source, PathRange.stretch(from, before), since, sink));
    }
    try {
      UsageCheck usage = new UsageCheck();
      Iterator<PathState> settled = leaves.states(asked);
      FoldedPaths<PathState> folds =
          new FoldedPaths<>(
              counted ? usage.counting(settled) : settled,
              EventWindows.of(levels, held),
              PathState::none,
              (before, events) -> fold(before, events, reigns));
      while (folds.hasNext()) {
        // A fold refuses what no leaf may hold, also where no event came since.
        PathState state = new Fold(folds.next()).state();
        look(state);
        findings.count("files", counted && state.file().isPresent() ? 1 : 0);
      }
      if (counted && leaves.isWhole()) {
        leaves.usage(root).ifPresent(said -> usage.check(root, said, findings));
      }
      return true;
    } catch (IllegalStateException | IOException | UncheckedIOException e) {
      findings.problem(
          Problem.Kind.TREE,
          "",
          RootCheck.fileName(root.number()),
          "root %d: %s".formatted(root.number(), e.getMessage()));
      return false;
    }
  }

  /** What a path comes to in the end; looks at what it was where an older root ends. */
  private PathState fold(PathState before, Iterator<Event> events, Reigns reigns) {
    Fold fold = new Fold(before);
    int reigning = 0;
    while (events.hasNext()) {
      Event event = events.next();
      int first = reigns.first(event);
      if (first > reigning) {
        look(fold.state());
        reigning = first;
      }
      fold.apply(event);
    }
    return fold.state();
  }

  private void look(PathState state) {
    state.file().stream()
        .flatMap(file -> file.extents().stream())
        .map(Extent::shard)
        .forEach(shards);
    state.parts().stream().flatMap(part -> part.shards().stream()).forEach(shards);
  }

  /** Gives the events of a source to the sink, in which one that cannot be read has none. */
  private void give(Source source, PathRange paths, Predicate<Event> wanted, Consumer<Event> sink)
      throws IOException {
    if (isLost(source)) {
      return;
    }
    if (source instanceof Source.OfTail tail) {
      EventFilter filter = new EventFilter(paths, new Covered(List.of()));
      give(tails.blocks(tail.segment(), filter), wanted, sink);
    } else if (source instanceof Source.OfRun of) {
      FileRef file = of.run().file();
      Iterator<Event> events = new RunReader(file.name(), copies.again(file)).events(paths);
      while (events.hasNext()) {
        Event event = events.next();
        if (wanted.test(event)) {
          sink.accept(event);
        }
      }
    }
  }

  private static void give(List<IndexBlock> blocks, Predicate<Event> wanted, Consumer<Event> sink) {
    blocks.forEach(block -> block.events().stream().filter(wanted).forEach(sink));
  }

  /** Reads all events of a source; false if some could not be read, which is a problem already. */
  private boolean read(Source source, Consumer<Event> sink) {
    if (source instanceof Source.OfRun of && !runs.containsKey(of.run())) {
      boolean intact = check(of.run(), sink);
      runs.put(of.run(), intact);
      return intact;
    }
    try {
      give(source, PathRange.ALL, event -> true, sink);
    } catch (IOException unreadable) {
      lose(source, unreadable);
    } catch (UncheckedIOException unreadable) {
      lose(source, unreadable.getCause());
    }
    return !isLost(source);
  }

  private void lose(Source source, IOException why) {
    findings.problem(Problem.Kind.TREE, "", source.file(), Copies.why(why));
    if (source instanceof Source.OfTail tail) {
      lostTails.add(tail.segment());
    } else if (source instanceof Source.OfRun of) {
      runs.put(of.run(), false);
    }
  }

  private boolean isLost(Source source) {
    return source instanceof Source.OfTail tail
        ? lostTails.contains(tail.segment())
        : source instanceof Source.OfRun of && !runs.get(of.run());
  }

  /** Reads a run on all its drives, and its events from one of these. */
  private boolean check(RunRef run, Consumer<Event> sink) {
    findings.count("runs", 1);
    String name = run.file().name();
    Optional<ByteBuffer> bytes = copies.check(Problem.Kind.RUN, run.file());
    if (bytes.isEmpty()) {
      return false;
    }
    try {
      RunReader reader = new RunReader(name, bytes.get());
      check(run, reader.events(PathRange.ALL), reader.filter().proof(), sink);
      return true;
    } catch (IOException | UncheckedIOException e) {
      findings.problem(Problem.Kind.RUN, "", name, e.getMessage());
      return false;
    }
  }

  /** The paths that a root says are bounds of those that the run has. */
  private void check(
      RunRef run, Iterator<Event> events, PathFilter.Proof filter, Consumer<Event> sink) {
    long rows = 0;
    String first = "";
    Event last = null;
    while (events.hasNext()) {
      Event event = events.next();
      if (last != null && PathOrder.EVENTS.compare(last, event) >= 0) {
        findings.problem(
            Problem.Kind.RUN, "", run.file().name(), "has %s after %s".formatted(event, last));
      }
      filter
          .denied(event.path())
          .ifPresent(
              denied ->
                  findings.problem(
                      Problem.Kind.RUN,
                      "",
                      run.file().name(),
                      "has Bloom filters that deny %s, which it holds".formatted(denied)));
      first = last == null ? event.path() : first;
      last = event;
      rows++;
      sink.accept(event);
    }
    findings.count("events", rows);
    if (last == null
        || rows != run.rows()
        || PathOrder.INSTANCE.compare(first, run.minPath()) < 0
        || PathOrder.INSTANCE.compare(last.path(), run.maxPath()) > 0) {
      findings.problem(
          Problem.Kind.RUN,
          "",
          run.file().name(),
          "holds %d rows from %s to %s, not what the root says"
              .formatted(rows, first, last == null ? "" : last.path()));
    }
  }
}
