package io.basalt.storage.verify;

import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Position;
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
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The tree of one root: its runs and leaves are what it says of them, and what happened since the
 * leaves were made folds onto them to files.
 */
final class TreeCheck {
  private final Copies copies;
  private final Findings findings;
  private final LeafCheck leaves;
  private final Map<RunRef, Optional<SortedEvents>> runs = new HashMap<>();
  private final Set<FileRef> files = new HashSet<>();
  private final Set<Level> folded = new HashSet<>();

  /** All that the files of a root follow from: roots that have the same hold the same files. */
  private record Level(
      Optional<TreeTop> tree, List<RunRef> runs, List<Tail> tails, List<Position> positions) {}

  TreeCheck(Copies copies, Findings findings) {
    this.copies = copies;
    this.findings = findings;
    this.leaves = new LeafCheck(copies, findings);
  }

  /**
   * Checks the tree of a root.
   *
   * @param tails index blocks of the segments that are its tails
   * @param shards is told each shard that a file or a pending upload of the root consists of
   */
  void check(Root root, Map<String, List<IndexBlock>> tails, Consumer<Shard> shards) {
    if (!folded.add(new Level(root.tree(), root.runs(), root.tails(), root.positions()))) {
      return;
    }
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      files.add(run.file());
      runs.computeIfAbsent(run, this::read)
          .ifPresent(sorted -> levels.add(sorted.events(PathRange.ALL)));
    }
    List<Event> young = new ArrayList<>();
    for (Tail tail : root.tails()) {
      for (IndexBlock block : tails.getOrDefault(tail.location().segment(), List.of())) {
        block.events().stream()
            .filter(event -> isBelow(root.positions(), event))
            .forEach(young::add);
      }
    }
    levels.add(new SortedEvents(young).events(PathRange.ALL));
    List<Position> settled = root.tree().map(TreeTop::positions).orElse(List.of());
    List<Event> since = new ArrayList<>();
    new MergedEvents(levels)
        .forEachRemaining(
            event -> {
              if (!isBelow(settled, event)) {
                since.add(event);
              }
            });
    fold(root, since, shards);
  }

  /** The files of all runs, leaves and branches that were checked. */
  Set<FileRef> files() {
    Set<FileRef> all = new HashSet<>(files);
    all.addAll(leaves.files());
    return all;
  }

  /** The names of the leaves' tables of a root that was checked. */
  Set<String> tables(Root root) {
    return leaves.tables(root);
  }

  private static boolean isBelow(List<Position> positions, Event event) {
    return positions.stream()
        .anyMatch(
            position ->
                position.incarnation() == event.version().incarnation()
                    && position.partition() == event.partition()
                    && event.version().offset() < position.next());
  }

  private void fold(Root root, List<Event> since, Consumer<Shard> shards) {
    try {
      Iterator<PathState> settled = leaves.check(root);
      FoldedPaths<PathState> folds = new FoldedPaths<>(settled, since.iterator(), PathState::none);
      while (folds.hasNext()) {
        // A fold refuses what no leaf may hold, also where no event came since.
        PathState state = new Fold(folds.next()).state();
        state.file().stream()
            .flatMap(file -> file.extents().stream())
            .map(Extent::shard)
            .forEach(shards);
        state.parts().stream().flatMap(part -> part.shards().stream()).forEach(shards);
        findings.count("files", state.file().isPresent() ? 1 : 0);
      }
    } catch (IllegalStateException | UncheckedIOException e) {
      findings.problem(
          Problem.Kind.TREE, "", "", "root %d: %s".formatted(root.number(), e.getMessage()));
    }
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
    SortedEvents sorted = new SortedEvents(events);
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
