package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Merges sorted events of several levels by (path, version): a tree of losers (Knuth, The Art of
 * Computer Programming 3, 5.4.1), which compares each event once for each doubling of the levels.
 * Most of a merge is comparing paths that begin alike, and waiting for memory: many levels are
 * merged in two steps, batch by batch, so that what a step goes round stays in the processor's
 * cache.
 */
public final class MergedEvents implements Iterator<Event> {
  private static final int NOBODY = -1;

  /** Levels that one step merges at most, unless their batches are more. */
  private static final int WIDTH = 32;

  private static final int BATCH = 256;

  private final List<Iterator<Event>> levels;

  /** The next event of each level; null at its end. */
  private final Event[] next;

  /** By node, whose children are 2n and 2n + 1: the level that lost there; at 0 the winner. */
  private final int[] losers;

  public MergedEvents(List<Iterator<Event>> sorted) {
    List<Iterator<Event>> some = sorted.stream().filter(Iterator::hasNext).toList();
    levels = some.size() <= WIDTH ? some : batches(some);
    next = new Event[levels.size()];
    losers = new int[Math.max(1, levels.size())];
    Arrays.fill(losers, NOBODY);
    for (int level = 0; level < next.length; level++) {
      next[level] = levels.get(level).next();
      enter(level);
    }
  }

  private static List<Iterator<Event>> batches(List<Iterator<Event>> sorted) {
    List<Iterator<Event>> batches = new ArrayList<>();
    for (int from = 0; from < sorted.size(); from += WIDTH) {
      int end = Math.min(sorted.size(), from + WIDTH);
      batches.add(new Batches(new MergedEvents(sorted.subList(from, end))));
    }
    return batches;
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

  /** Takes the events of some levels batch by batch. */
  private static final class Batches implements Iterator<Event> {
    private final Iterator<Event> events;
    private final Event[] batch = new Event[BATCH];
    private int next;
    private int end;

    private Batches(Iterator<Event> events) {
      this.events = events;
      take();
    }

    private void take() {
      next = 0;
      end = 0;
      while (end < BATCH && events.hasNext()) {
        batch[end++] = events.next();
      }
    }

    @Override
    public boolean hasNext() {
      return next < end;
    }

    @Override
    public Event next() {
      if (next == end) {
        throw new NoSuchElementException();
      }
      Event event = batch[next++];
      if (next == end) {
        take();
      }
      return event;
    }
  }
}
