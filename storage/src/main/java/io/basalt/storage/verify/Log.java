package io.basalt.storage.verify;

import io.basalt.storage.root.Position;
import io.basalt.storage.tree.Event;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A partition of one incarnation of the write topic. */
record Log(int incarnation, int partition) {
  static Log of(Event event) {
    return new Log(event.version().incarnation(), event.partition());
  }

  /** The next offset of each log. */
  static Map<Log, Long> ends(List<Position> positions) {
    return positions.stream()
        .collect(
            Collectors.toMap(
                position -> new Log(position.incarnation(), position.partition()), Position::next));
  }
}
