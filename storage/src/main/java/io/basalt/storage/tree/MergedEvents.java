package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Merges sorted events of several levels by (path, version): a tree of losers (Knuth, The Art of
 * Computer Programming 3, 5.4.1), which compares each event once for each doubling of the levels.
 * Most of a merge is comparing paths that begin alike.
 */
public final class MergedEvents implements Iterator<Event> {
  private static final int NOBODY = -1;

  private final List<Iterator<Event>> levels = new ArrayList<>();

  /** The next event of each level; null at its end. */
  private final Event[] next;

  /** By node, whose children are 2n and 2n + 1: the level that lost there; at 0 the winner. */
  private final int[] losers;

  public MergedEvents(List<Iterator<Event>> sorted) {
    for (Iterator<Event> events : sorted) {
      if (events.hasNext()) {
        levels.add(events);
      }
    }
    next = new Event[levels.size()];
    losers = new int[Math.max(1, levels.size())];
    Arrays.fill(losers, NOBODY);
    for (int level = 0; level < next.length; level++) {
      next[level] = levels.get(level).next();
      enter(level);
    }
  }

  @Override
  public boolean hasNext() {
    return losers[0] != NOBODY && next[losers[0]] != null;
  }

  @Override
  public Event next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int level = losers[0];
    Event event = next[level];
    Iterator<Event> rest = levels.get(level);
    next[level] = rest.hasNext() ? rest.next() : null;
    enter(level);
    return event;
  }

  /** A level goes up from its leaf until it loses, or waits where nobody else came yet. */
  private void enter(int level) {
    int winner = level;
    int node = (level + next.length) >>> 1;
    while (node > 0) {
      int other = losers[node];
      if (other == NOBODY) {
        losers[node] = winner;
        return;
      }
      if (isBefore(other, winner)) {
        losers[node] = winner;
        winner = other;
      }
      node >>>= 1;
    }
    losers[0] = winner;
  }

  private boolean isBefore(int left, int right) {
    Event a = next[left];
    Event b = next[right];
    return a != null && (b == null || PathOrder.EVENTS.compare(a, b) < 0);
  }
}
