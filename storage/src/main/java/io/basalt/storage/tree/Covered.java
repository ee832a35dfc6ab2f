package io.basalt.storage.tree;

import io.basalt.storage.root.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The events below some positions. */
public final class Covered implements Predicate<Event> {
  private final Map<Partition, Long> next = new HashMap<>();

  public Covered(List<Position> positions) {
    positions.forEach(
        each -> next.put(new Partition(each.incarnation(), each.partition()), each.next()));
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
    if (next.isEmpty()) {
      return false;
    }
    Long position = next.get(new Partition(incarnation, partition));
    return position != null && end <= position;
  }

  private record Partition(int incarnation, int partition) {}
}
