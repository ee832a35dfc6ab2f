package io.basalt.storage.verify;

import io.basalt.storage.root.Position;
import io.basalt.storage.tree.Event;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Some events, as a number and a sum of hashes for each stretch of offsets: two levels of a tree
 * that say the same of a stretch hold the same events of it.
 */
final class EventSums {
  private final Map<Log, Sums> logs;

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
                  position -> new Log(position.incarnation(), position.partition()),
                  Position::next));
    }
  }

  /** Events, and a sum of their hashes. */
  record Total(long events, long hashes) {
    static final Total NONE = new Total(0, 0);

    /** One event. */
    static Total of(Event event) {
      return new Total(1, hash(event));
    }

    Total plus(Total other) {
      return new Total(events + other.events, hashes + other.hashes);
    }
  }

  /** Offsets, ascending, and for each the hashes of all events before it; one sum more at last. */
  private record Sums(long[] offsets, long[] before) {
    static Sums of(List<Event> events) {
      long[] offsets = new long[events.size()];
      long[] before = new long[events.size() + 1];
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = events.get(i).version().offset();
        before[i + 1] = before[i] + hash(events.get(i));
      }
      return new Sums(offsets, before);
    }

    Total between(long from, long to) {
      int first = index(from);
      int last = Math.max(first, index(to));
      return new Total(last - first, before[last] - before[first]);
    }

    private int index(long offset) {
      int found = Arrays.binarySearch(offsets, offset);
      return found < 0 ? -found - 1 : found;
    }
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014) spreads what hashCode adds up. */
  private static long hash(Event event) {
    long mixed = event.hashCode() + 0x9e3779b97f4a7c15L * event.version().offset();
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  EventSums(List<Event> events) {
    logs =
        events.stream()
            .sorted(Comparator.comparingLong(event -> event.version().offset()))
            .collect(
                Collectors.groupingBy(
                    Log::of,
                    HashMap::new,
                    Collectors.collectingAndThen(Collectors.toList(), Sums::of)));
  }

  /** Of the events from these offsets on, up to those; a log that has none begins and ends at 0. */
  Total between(Map<Log, Long> from, Map<Log, Long> to) {
    Total total = Total.NONE;
    for (Map.Entry<Log, Sums> log : logs.entrySet()) {
      total =
          total.plus(
              log.getValue()
                  .between(from.getOrDefault(log.getKey(), 0L), to.getOrDefault(log.getKey(), 0L)));
    }
    return total;
  }
}
