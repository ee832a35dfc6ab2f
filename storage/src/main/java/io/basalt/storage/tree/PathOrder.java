package io.basalt.storage.tree;

import java.util.Comparator;

/**
 * The order of paths everywhere: unsigned UTF-8 bytes, compared without encoding. It is the order
 * of code points, from which UTF-16 differs in that surrogates sort below U+E000 to U+FFFF.
 */
public final class PathOrder implements Comparator<String> {
  public static final PathOrder INSTANCE = new PathOrder();

  /** Events by path, then version: the order of rows in a run. */
  public static final Comparator<Event> EVENTS = PathOrder::compare;

  private PathOrder() {}

  private static int compare(Event left, Event right) {
    int byPath = INSTANCE.compare(left.path(), right.path());
    return byPath != 0 ? byPath : left.version().compareTo(right.version());
  }

  @Override
  public int compare(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        return Integer.compare(codePointRank(a), codePointRank(b));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static int codePointRank(char unit) {
    return Character.isSurrogate(unit) ? unit + 0x1_0000 : unit;
  }
}
