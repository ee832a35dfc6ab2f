package io.basalt.storage.ingest;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The offsets of one partition that some ranges cover. Ranges that touch become one stretch, so
 * this stays small however many flushes there were, as long as they left few gaps.
 */
public final class CoveredOffsets {
  private final NavigableMap<Long, Stretch> stretches = new TreeMap<>();

  /**
   * Offsets [from, next) without a gap.
   *
   * @param leaderEpoch that of the range which ends it
   */
  public record Stretch(long from, long next, int leaderEpoch) {
    private Stretch with(Stretch other) {
      return new Stretch(
          Math.min(from, other.from),
          Math.max(next, other.next),
          other.next > next ? other.leaderEpoch : leaderEpoch);
    }
  }

  /**
   * Adds a range, which is not empty.
   *
   * @return what it has in common with those before, or a part of that; empty if nothing
   */
  public Optional<Stretch> add(Range range) {
    Stretch whole = new Stretch(range.from(), range.next(), range.leaderEpoch());
    Optional<Stretch> twice = Optional.empty();
    Map.Entry<Long, Stretch> beside = stretches.floorEntry(whole.next());
    while (beside != null && beside.getValue().next() >= whole.from()) {
      Stretch other = beside.getValue();
      long from = Math.max(other.from(), range.from());
      long next = Math.min(other.next(), range.next());
      if (from < next) {
        twice = Optional.of(new Stretch(from, next, range.leaderEpoch()));
      }
      stretches.remove(beside.getKey());
      whole = whole.with(other);
      beside = stretches.floorEntry(whole.next());
    }
    stretches.put(whole.from(), whole);
    return twice;
  }

  /** Ascending; there is a gap between any two. */
  public Collection<Stretch> stretches() {
    return Collections.unmodifiableCollection(stretches.values());
  }

  /** The lowest offset; there must be one. */
  public long first() {
    return stretches.firstKey();
  }

  /** The offset behind the highest; there must be one. */
  public long end() {
    return stretches.lastEntry().getValue().next();
  }
}
