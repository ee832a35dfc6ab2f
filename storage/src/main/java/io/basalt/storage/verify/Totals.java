package io.basalt.storage.verify;

import io.basalt.storage.tree.Event;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What the runs and tails of each of some roots hold, beside what those of the last one hold up to
 * the same positions. Two numbers for each root, however many events there are.
 */
final class Totals<S> {
  private final Reigns reigns;
  private final List<Set<S>> sources;
  private final Total[] own;
  private final Total[] ofLast;

  /**
   * @param sources the runs and tails of each root
   */
  Totals(Reigns reigns, List<Set<S>> sources) {
    this.reigns = reigns;
    this.sources = sources;
    this.own = none(reigns.roots().size());
    this.ofLast = none(reigns.roots().size());
  }

  private static Total[] none(int count) {
    Total[] none = new Total[count];
    Arrays.fill(none, Total.NONE);
    return none;
  }

  /** What one source holds: of each root that it is first in. */
  final class OfSource {
    private final S source;
    private final boolean isOfLast;
    private final Total[] first = none(own.length);

    private OfSource(S source) {
      this.source = source;
      this.isOfLast = sources.get(own.length - 1).contains(source);
    }

    /** Whether the last root holds the event, and in this source. */
    boolean add(Event event) {
      int reign = reigns.first(event);
      if (reign == first.length) {
        return false;
      }
      first[reign] = first[reign].plus(Total.of(event));
      return isOfLast;
    }

    /** All of its events were added. */
    void end() {
      Total sum = Total.NONE;
      for (int i = 0; i < first.length; i++) {
        sum = sum.plus(first[i]);
        if (sources.get(i).contains(source)) {
          own[i] = own[i].plus(sum);
        }
        if (isOfLast) {
          ofLast[i] = ofLast[i].plus(sum);
        }
      }
    }
  }

  OfSource of(S source) {
    return new OfSource(source);
  }

  /** Whether the last root holds what a root holds, up to its positions. */
  boolean isShared(int reign) {
    return own[reign].equals(ofLast[reign]);
  }

  /** What the last root holds. */
  Total last() {
    return own[own.length - 1];
  }
}
