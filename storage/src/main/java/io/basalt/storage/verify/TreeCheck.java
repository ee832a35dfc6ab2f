package io.basalt.storage.verify;

import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.Tail;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The tree of one root: its runs are what it says of them, and its events fold to files. */
final class TreeCheck {
  private final Copies copies;
  private final Findings findings;
  private final Map<RunRef, Optional<SortedEvents>> runs = new HashMap<>();

  TreeCheck(Copies copies, Findings findings) {
    this.copies = copies;
    this.findings = findings;
  }

  /**
   * Checks the tree of a root.
   *
   * @param tails index blocks of the segments that are its tails
   * @param events is told each event of the tree
   */
  void check(Root root, Map<String, List<IndexBlock>> tails, Consumer<Event> events) {
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : root.runs()) {
      runs.computeIfAbsent(run, this::read)
          .ifPresent(sorted -> levels.add(sorted.events(PathRange.ALL)));
    }
    List<Event> young = new ArrayList<>();
    for (Tail tail : root.tails()) {
      for (IndexBlock block : tails.getOrDefault(tail.location().segment(), List.of())) {
        block.events().stream().filter(event -> applied(root, event)).forEach(young::add);
      }
    }
    levels.add(new SortedEvents(young).events(PathRange.ALL));
    fold(root, new Told(new MergedEvents(levels), events));
  }

  /** The index is read as the newest root has it, so it may hold what came after an older one. */
  private static boolean applied(Root root, Event event) {
    return root.positions().stream()
        .anyMatch(
            position ->
                position.incarnation() == event.version().incarnation()
                    && position.partition() == event.partition()
                    && event.version().offset() < position.next());
  }

  private void fold(Root root, Iterator<Event> events) {
    try {
      FoldedPaths folds = new FoldedPaths(events);
      while (folds.hasNext()) {
        findings.count("files", folds.next().file().isPresent() ? 1 : 0);
      }
    } catch (IllegalStateException e) {
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

  /** Passes events on and tells each. */
  private record Told(Iterator<Event> events, Consumer<Event> listener) implements Iterator<Event> {
    @Override
    public boolean hasNext() {
      return events.hasNext();
    }

    @Override
    public Event next() {
      Event event = events.next();
      listener.accept(event);
      return event;
    }
  }
}
