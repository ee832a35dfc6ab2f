package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Eras;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.segment.IndexBlock;
import java.util.HashMap;
import java.util.Map;

/**
 * Where each era began to apply records. A tree that was made anew goes on where what was restored
 * ends, so a root of an earlier era that holds more was no part of it: its drives were away, and
 * what stands at these offsets by now may be something else.
 */
final class EraStarts {
  private final Map<Start, Long> first = new HashMap<>();

  private record Start(long era, int incarnation, int partition) {
    boolean isOf(Position position) {
      return incarnation == position.incarnation() && partition == position.partition();
    }
  }

  /** Notes what an index block covers. */
  void add(IndexBlock block) {
    Attempt attempt = Attempt.ofFile("segments/" + block.segment()).orElseThrow();
    long era = Eras.of(attempt.head());
    for (Range range : block.ranges()) {
      if (range.from() < range.next()) {
        Start start = new Start(era, range.incarnation(), range.partition());
        first.merge(start, range.from(), Math::min);
      }
    }
  }

  /** Whether a later era began with less than a root of an earlier one holds. */
  boolean gaveUp(Root root) {
    long era = Eras.of(root.number());
    return first.entrySet().stream()
        .filter(each -> each.getKey().era() > era)
        .anyMatch(
            each ->
                root.positions().stream()
                    .filter(each.getKey()::isOf)
                    .anyMatch(position -> each.getValue() < position.next()));
  }
}
