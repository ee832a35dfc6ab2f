package io.basalt.storage.verify;

import io.basalt.storage.ingest.CoveredOffsets;
import io.basalt.storage.ingest.CoveredOffsets.Stretch;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Exactly once, looked at from the drives: the ranges of a partition in the index blocks follow one
 * another without gap or overlap up to the root's position, and no event stands beyond it. Below
 * the positions of the leaves a gap is in order: segments that nothing needs are freed with their
 * index blocks.
 */
final class PositionCheck {
  private final Findings findings;
  private final Map<Log, CoveredOffsets> covered = new HashMap<>();
  private final Map<Log, Long> lastEvents = new HashMap<>();

  PositionCheck(Findings findings) {
    this.findings = findings;
  }

  void add(Range range) {
    // A flush may cover nothing of a partition, say when it only seals.
    if (range.from() < range.next()) {
      Log log = new Log(range.incarnation(), range.partition());
      covered
          .computeIfAbsent(log, any -> new CoveredOffsets())
          .add(range)
          .ifPresent(
              twice ->
                  problem(
                      log,
                      "offsets from %d are covered twice up to %d"
                          .formatted(twice.from(), twice.next())));
    }
  }

  void add(Event event) {
    lastEvents.merge(Log.of(event), event.version().offset(), Math::max);
  }

  /**
   * Checks what was added against a root.
   *
   * @param leaves of it, or newer ones where index blocks went meanwhile
   */
  void check(Root root, Optional<TreeTop> leaves) {
    findings.count("positions", root.positions().size());
    Map<Log, Long> positions = Log.ends(root.positions());
    Map<Log, Long> settled = Log.ends(leaves.map(TreeTop::positions).orElse(List.of()));
    covered.forEach(
        (log, offsets) -> chain(log, offsets, positions.get(log), settled.getOrDefault(log, 0L)));
    lastEvents.forEach(
        (log, offset) -> {
          Long next = positions.get(log);
          if (next != null && offset >= next) {
            problem(log, "has an event at " + offset + ", beyond its position " + next);
          }
        });
  }

  private void chain(Log log, CoveredOffsets offsets, Long position, long settled) {
    long end = offsets.first();
    for (Stretch stretch : offsets.stretches()) {
      if (stretch.from() > Math.max(end, settled)) {
        problem(log, "offsets %d to %d are in no index block".formatted(end, stretch.from()));
      }
      end = stretch.next();
    }
    // An older incarnation's position may have left the root once all of it was applied.
    if (position != null && position != end && !(end < position && position <= settled)) {
      problem(log, "its index blocks end at %d, its position is %d".formatted(end, position));
    }
  }

  private void problem(Log log, String what) {
    findings.problem(
        Problem.Kind.POSITION,
        "",
        "",
        "incarnation %d, partition %d: %s".formatted(log.incarnation(), log.partition(), what));
  }
}
