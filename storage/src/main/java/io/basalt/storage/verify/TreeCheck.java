package io.basalt.storage.verify;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.Fold;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.SortedEvents;
import io.basalt.storage.verify.EventSums.Log;
import io.basalt.storage.verify.EventSums.Total;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The trees of the head and its kept roots: runs and leaves are what these say of them, and what
 * happened since the leaves were made folds onto them to files.
 *
 * <p>Roots differ little from each other, so each state of a path is looked at once: of the roots
 * that share their leaves, the newest is folded, path by path and event by event, and where one of
 * the others ends, what the path has come to is a state of that one. That holds only if the runs
 * and tails of the other have the same events up to its positions, which sums tell; one that has
 * not is folded by itself.
 */
final class TreeCheck {
  private final Copies copies;
  private final Findings findings;
  private final LeafCheck leaves;
  private final Map<String, List<IndexBlock>> tails;
  private final Consumer<Shard> shards;
  private final Map<RunRef, Optional<SortedEvents>> runs = new HashMap<>();
  private final Map<RunRef, EventSums> runSums = new HashMap<>();
  private final Map<String, List<EventSums>> tailSums = new HashMap<>();
  private final Set<FileRef> files = new HashSet<>();

  /** Leaves all of whose states were looked at as they are. */
  private final Set<LeafRef> seen = new HashSet<>();

  /**
   * @param tails index blocks of the segments that are tails of roots, by segment
   * @param shards is told each shard that a file or a pending upload of a root consists of
   */
  TreeCheck(
      Copies copies,
      Findings findings,
      Map<String, List<IndexBlock>> tails,
      Consumer<Shard> shards) {
    this.copies = copies;
    this.findings = findings;
    this.leaves = new LeafCheck(copies, findings);
    this.tails = tails;
    this.shards = shards;
  }

  /** Checks the trees of roots, the head first, then older ones in any order. */
  void check(List<Root> roots) {
    Map<Optional<TreeTop>, List<Root>> byLeaves = new LinkedHashMap<>();
    for (Root root : roots) {
      byLeaves.computeIfAbsent(root.tree(), any -> new ArrayList<>()).add(root);
    }
    for (List<Root> same : byLeaves.values()) {
      same.sort(Comparator.comparingLong(Root::number));
      checkSame(same, same.contains(roots.get(0)));
    }
  }

  /** The files of all runs, leaves and branches that were checked. */
  Set<FileRef> files() {
    Set<FileRef> all = new HashSet<>(files);
    all.addAll(leaves.files());
    return all;
  }

  /** The events of a root that was checked which its leaves do not hold, but its runs and tails. */
  Total since(Root root) {
    return own(root, settled(root));
  }

  /** Whether a root holds an event, and not in its leaves. */
  static Predicate<Event> isSince(Root root) {
    Map<Log, Long> settled = settled(root);
    Map<Log, Long> ends = Log.ends(root.positions());
    return event -> !isBelow(settled, event) && isBelow(ends, event);
  }

  /** The names of the files of a root's tree that was checked. */
  Set<String> names(Root root) {
    Set<String> names = leaves.names(root);
    root.tree().ifPresent(top -> names.add(top.usage().name()));
    root.runs().forEach(run -> names.add(run.file().name()));
    return names;
  }

  /** Roots of the same leaves, by number. */
  private void checkSame(List<Root> same, boolean counted) {
    Root newest = same.get(same.size() - 1);
    List<Event> since = events(newest);
    EventSums sums = new EventSums(since);
    Map<Log, Long> settled = settled(newest);
    Reigns reigns = new Reigns();
    List<Root> others = new ArrayList<>();
    for (Root root : same) {
      Total own = own(root, settled);
      Total ofNewest = sums.between(settled, Log.ends(root.positions()));
      if (!own.equals(ofNewest) || !reigns.add(root)) {
        others.add(root);
      }
    }
    fold(newest, since, reigns, counted);
    for (Root root : others) {
      Reigns alone = new Reigns();
      alone.add(root);
      fold(root, events(root), alone, false);
    }
  }

  /** What its runs and tails hold of the events that its leaves do not. */
  private Total own(Root root, Map<Log, Long> settled) {
    Map<Log, Long> ends = Log.ends(root.positions());
    Total own = Total.NONE;
    for (RunRef run : root.runs()) {
      EventSums sums = runSums.computeIfAbsent(run, any -> new EventSums(events(run)));
      own = own.plus(sums.between(settled, ends));
    }
    for (Tail tail : root.tails()) {
      List<EventSums> blocks =
          tailSums.computeIfAbsent(
              tail.location().segment(),
              segment -> blocks(tail).stream().map(b -> new EventSums(b.events())).toList());
      for (EventSums block : blocks) {
        own = own.plus(block.between(settled, ends));
      }
    }
    return own;
  }

  private static Map<Log, Long> settled(Root root) {
    return Log.ends(root.tree().map(TreeTop::positions).orElse(List.of()));
  }

  /** The events that its leaves do not hold, by (path, version). */
  private List<Event> events(Root root) {
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      run(run).ifPresent(sorted -> levels.add(sorted.events(PathRange.ALL)));
    }
    Map<Log, Long> ends = Log.ends(root.positions());
    List<Event> young = new ArrayList<>();
    for (Tail tail : root.tails()) {
      for (IndexBlock block : blocks(tail)) {
        block.events().stream().filter(event -> isBelow(ends, event)).forEach(young::add);
      }
    }
    levels.add(SortedEvents.of(young).events(PathRange.ALL));
    Map<Log, Long> settled = settled(root);
    List<Event> since = new ArrayList<>();
    new MergedEvents(levels)
        .forEachRemaining(
            event -> {
              if (!isBelow(settled, event)) {
                since.add(event);
              }
            });
    return since;
  }

  private static boolean isBelow(Map<Log, Long> ends, Event event) {
    return event.version().offset() < ends.getOrDefault(Log.of(event), 0L);
  }

  private List<IndexBlock> blocks(Tail tail) {
    return tails.getOrDefault(tail.location().segment(), List.of());
  }

  private Optional<SortedEvents> run(RunRef run) {
    files.add(run.file());
    return runs.computeIfAbsent(run, this::read);
  }

  private List<Event> events(RunRef run) {
    List<Event> events = new ArrayList<>();
    run(run).ifPresent(sorted -> sorted.events(PathRange.ALL).forEachRemaining(events::add));
    return events;
  }

  /**
   * Folds a root's tree, and looks at every state in which one of the roots has a path.
   *
   * @param counted whether it is the head, all of whose leaves are read then, as it comes first
   */
  private void fold(Root root, List<Event> since, Reigns reigns, boolean counted) {
    SortedEvents changes = SortedEvents.of(since);
    List<LeafRef> untouched = new ArrayList<>();
    try {
      Iterator<PathState> settled =
          leaves.check(
              root,
              leaf -> {
                boolean touched = isTouched(leaf, changes);
                if (!touched) {
                  untouched.add(leaf);
                }
                return touched || !seen.contains(leaf);
              });
      UsageCheck usage = new UsageCheck();
      FoldedPaths<PathState> folds =
          new FoldedPaths<>(
              counted ? usage.counting(settled) : settled,
              since.iterator(),
              PathState::none,
              (before, events) -> fold(before, events, reigns));
      while (folds.hasNext()) {
        // A fold refuses what no leaf may hold, also where no event came since.
        PathState state = new Fold(folds.next()).state();
        look(state);
        findings.count("files", counted && state.file().isPresent() ? 1 : 0);
      }
      seen.addAll(untouched);
      if (counted && !findings.hasProblems()) {
        leaves.usage(root).ifPresent(said -> usage.check(root, said, findings));
      }
    } catch (IllegalStateException | UncheckedIOException e) {
      findings.problem(
          Problem.Kind.TREE,
          "",
          RootCheck.fileName(root.number()),
          "root %d: %s".formatted(root.number(), e.getMessage()));
    }
  }

  private static boolean isTouched(LeafRef leaf, SortedEvents changes) {
    Iterator<Event> from = changes.events(PathRange.stretch(leaf.minPath(), Optional.empty()));
    return from.hasNext() && PathOrder.INSTANCE.compare(from.next().path(), leaf.maxPath()) <= 0;
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

  private Optional<SortedEvents> read(RunRef run) {
    findings.count("runs", 1);
    String name = run.file().name();
    Optional<ByteBuffer> bytes = copies.check(Problem.Kind.RUN, run.file());
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    List<Event> events = new ArrayList<>();
    try {
      new RunReader(name, bytes.get()).events(PathRange.ALL).forEachRemaining(events::add);
    } catch (IOException | UncheckedIOException e) {
      findings.problem(Problem.Kind.RUN, "", name, e.getMessage());
      return Optional.empty();
    }
    SortedEvents sorted = SortedEvents.of(events);
    if (events.size() != run.rows()
        || !events.get(0).path().equals(run.minPath())
        || !events.get(events.size() - 1).path().equals(run.maxPath())) {
      findings.problem(
          Problem.Kind.RUN,
          "",
          name,
          "holds %d rows from %s to %s, not what the root says"
              .formatted(
                  events.size(), events.get(0).path(), events.get(events.size() - 1).path()));
    }
    findings.count("events", events.size());
    return Optional.of(sorted);
  }
}
