package io.basalt.storage.tree;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Merges sorted events of several levels by (path, version): a tree of losers (Knuth, The Art of
 * Computer Programming 3, 5.4.1) over {@link PathCode}s. What it goes round for each event are two
 * arrays of numbers; paths of many levels, which are more than a processor's cache holds, are
 * looked at where codes are equal.
 */
public final class MergedEvents implements Iterator<Event> {
  private static final int NOBODY = -1;

  private final Level[] levels;

  /** By level: its next event; null at its end. */
  private final Event[] next;

  /** By level: the code of its next event, seen from the event that this lost to or follows. */
  private final long[] codes;

  /** By node, whose children are 2n and 2n + 1: the level that lost there; at 0 the winner. */
  private final int[] losers;

  public MergedEvents(List<Iterator<Event>> sorted) {
    levels = sorted.stream().filter(Iterator::hasNext).map(Level::new).toArray(Level[]::new);
    next = new Event[levels.length];
    codes = new long[levels.length];
    losers = new int[Math.max(1, levels.length)];
    Arrays.fill(losers, NOBODY);
    for (int level = 0; level < levels.length; level++) {
      advance(level);
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
    Event event = next[losers[0]];
    advance(losers[0]);
    return event;
  }

  /** A level's next event goes up from its leaf until it loses, or waits where nobody came yet. */
  private void advance(int level) {
    Level from = levels[level];
    next[level] = from.take();
    codes[level] = from.code();
    int winner = level;
    for (int node = (level + next.length) >>> 1; node > 0; node >>>= 1) {
      int other = losers[node];
      if (other == NOBODY) {
        losers[node] = winner;
        return;
      }
      if (isBefore(other, winner)) {
        losers[node] = winner;
        winner = other;
      }
    }
    losers[0] = winner;
  }

  /** Both are seen from the same event; afterwards the later one is seen from the other. */
  private boolean isBefore(int left, int right) {
    long code = codes[left];
    if (code != codes[right]) {
      return code < codes[right];
    }
    if (code == PathCode.END) {
      return false;
    }
    String a = next[left].path();
    String b = next[right].path();
    int shared =
        code == PathCode.SAME ? a.length() : PathCode.sharedFrom(PathCode.offset(code) + 1, a, b);
    if (shared == a.length() && shared == b.length()) {
      boolean before = next[left].version().compareTo(next[right].version()) < 0;
      codes[before ? right : left] = PathCode.SAME;
      return before;
    }
    boolean before =
        shared == a.length()
            || (shared < b.length()
                && PathOrder.rank(a.charAt(shared)) < PathOrder.rank(b.charAt(shared)));
    codes[before ? right : left] = PathCode.at(shared, before ? b : a);
    return before;
  }

  /** Takes events out of a level some at a time, and codes them while they are in the cache. */
  private static final class Level {
    private static final int BATCH = 128;

    private final Iterator<Event> events;
    private final Event[] batch = new Event[BATCH];
    private final long[] codes = new long[BATCH];
    private String last = "";
    private int taken;
    private int end;

    private Level(Iterator<Event> events) {
      this.events = events;
    }

    /** The next event; null after the last one. */
    private Event take() {
      if (taken == end) {
        refill();
      }
      return taken < end ? batch[taken++] : null;
    }

    /** Of the event that was taken last, seen from the one before. */
    private long code() {
      return taken == 0 ? PathCode.END : codes[taken - 1];
    }

    private void refill() {
      taken = 0;
      end = 0;
      while (end < BATCH && events.hasNext()) {
        Event event = events.next();
        codes[end] = PathCode.of(last, event.path());
        batch[end++] = event;
        last = event.path();
      }
    }
  }
}
