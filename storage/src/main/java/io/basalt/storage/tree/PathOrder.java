package io.basalt.storage.tree;

import java.util.Comparator;

/**
 * The order of paths everywhere: unsigned UTF-8 bytes, compared without encoding. It is the order
 * of code points, from which UTF-16 differs in that surrogates sort below U+E000 to U+FFFF. Paths
 * are well-formed, see {@link StorePath}.
 */
public final class PathOrder implements Comparator<String> {
  public static final PathOrder INSTANCE = new PathOrder();

  /** No high surrogate is as near as this to a character that UTF-8 puts before it. */
  private static final int NEAR = 0xe000 - Character.MAX_HIGH_SURROGATE;

  /** Events by path, then version: the order of rows in a run. */
  public static final Comparator<Event> EVENTS = PathOrder::compare;

  private PathOrder() {}

  private static int compare(Event left, Event right) {
    int byPath = INSTANCE.compare(left.path(), right.path());
    return byPath != 0 ? byPath : left.version().compareTo(right.version());
  }

  /**
   * The machine compares strings many characters at a time, and by the difference of the first two
   * that differ one can tell that neither is a surrogate which would change the order.
   */
  @Override
  public int compare(String left, String right) {
    int order = left.compareTo(right);
    return -NEAR < order && order < NEAR ? order : byCodePoint(left, right);
  }

  private static int byCodePoint(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        return Integer.compare(rank(a), rank(b));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  /** Where a UTF-16 unit stands among those at the same place of other paths; 17 bits. */
  static int rank(char unit) {
    return Character.isSurrogate(unit) ? unit + 0x1_0000 : unit;
  }
}
