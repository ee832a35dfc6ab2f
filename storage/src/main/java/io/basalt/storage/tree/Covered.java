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
    Long end = next.get(new Partition(version.incarnation(), partition));
    return end != null && version.offset() < end;
  }

  private record Partition(int incarnation, int partition) {}
}
