package io.basalt.storage.verify;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Exactly once, looked at from the drives: the ranges of a partition in the index blocks follow one
 * another without gap or overlap up to the root's position, and no event stands beyond it. Below
 * the positions of the leaves a gap is in order: segments that nothing needs are freed with their
 * index blocks.
 */
final class PositionCheck {
  private record Partition(int incarnation, int partition) implements Comparable<Partition> {
    private static final Comparator<Partition> ORDER =
        Comparator.comparingInt(Partition::incarnation).thenComparingInt(Partition::partition);

    @Override
    public int compareTo(Partition other) {
      return ORDER.compare(this, other);
    }
  }

  private final Findings findings;
  private final Map<Partition, List<Range>> ranges = new TreeMap<>();
  private final Map<Partition, Long> lastEvents = new TreeMap<>();

  PositionCheck(Findings findings) {
    this.findings = findings;
  }

  void add(Range range) {
    // A flush may cover nothing of a partition, say when it only seals.
    if (range.from() < range.next()) {
      ranges
          .computeIfAbsent(
              new Partition(range.incarnation(), range.partition()), any -> new ArrayList<>())
          .add(range);
    }
  }

  void add(Event event) {
    lastEvents.merge(
        new Partition(event.version().incarnation(), event.partition()),
        event.version().offset(),
        Math::max);
  }

  /**
   * Checks what was added against a root.
   *
   * @param leaves of it, or newer ones where index blocks went meanwhile
   */
  void check(Root root, Optional<TreeTop> leaves) {
    Map<Partition, Long> positions = new TreeMap<>();
    for (Position position : root.positions()) {
      findings.count("positions", 1);
      positions.put(new Partition(position.incarnation(), position.partition()), position.next());
    }
    Map<Partition, Long> settled = new TreeMap<>();
    leaves.ifPresent(
        top ->
            top.positions()
                .forEach(
                    p -> settled.put(new Partition(p.incarnation(), p.partition()), p.next())));
    ranges.forEach(
        (partition, covered) ->
            chain(
                partition, covered, positions.get(partition), settled.getOrDefault(partition, 0L)));
    lastEvents.forEach(
        (partition, offset) -> {
          Long next = positions.get(partition);
          if (next != null && offset >= next) {
            problem(partition, "has an event at " + offset + ", beyond its position " + next);
          }
        });
  }

  private void chain(Partition partition, List<Range> covered, Long position, long settled) {
    covered.sort(Comparator.comparingLong(Range::from));
    for (int i = 1; i < covered.size(); i++) {
      long end = covered.get(i - 1).next();
      long from = covered.get(i).from();
      if (from < end || (from > end && from > settled)) {
        problem(
            partition,
            from > end
                ? "offsets %d to %d are in no index block".formatted(end, from)
                : "offsets from %d are covered twice up to %d".formatted(from, end));
      }
    }
    long end = covered.get(covered.size() - 1).next();
    // An older incarnation's position may have left the root once all of it was applied.
    if (position != null && position != end && !(end < position && position <= settled)) {
      problem(partition, "its index blocks end at %d, its position is %d".formatted(end, position));
    }
  }

  private void problem(Partition partition, String what) {
    findings.problem(
        Problem.Kind.POSITION,
        "",
        "",
        "incarnation %d, partition %d: %s"
            .formatted(partition.incarnation(), partition.partition(), what));
  }
}
