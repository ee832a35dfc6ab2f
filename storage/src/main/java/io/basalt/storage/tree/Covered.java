package io.basalt.storage.tree;

import io.basalt.storage.root.Position;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The events below some positions. Immutable; every event that a reader meets is asked of it. */
public final class Covered implements Predicate<Event> {
  /** By incarnation, then by partition: the next offset, 0 where no position is known. */
  private final long[][] next;

  public Covered(List<Position> positions) {
    int newest = positions.stream().mapToInt(Position::incarnation).max().orElse(-1);
    next = new long[newest + 1][0];
    for (Position position : positions) {
      long[] known = next[position.incarnation()];
      long[] offsets = Arrays.copyOf(known, Math.max(known.length, position.partition() + 1));
      offsets[position.partition()] = position.next();
      next[position.incarnation()] = offsets;
    }
  }

  @Override
  public boolean test(Event event) {
    return holds(event.version(), event.partition());
  }

  public boolean holds(EventKey event) {
    return holds(event.version(), event.partition());
  }

  private boolean holds(Version version, int partition) {
    return holds(version.incarnation(), partition, version.offset() + 1);
  }

  /** Whether all events of a partition are below the positions whose offset is below the end. */
  public boolean holds(int incarnation, int partition, long end) {
    return incarnation < next.length
        && partition < next[incarnation].length
        && end <= next[incarnation][partition];
  }
}
