package io.basalt.sql;

import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.io.Serializable;
import java.util.Optional;

/**
 * The paths from a first one, included, to an end, excluded, that a query can ask for. Immutable.
 *
 * @param first empty to begin at the first path of all
 * @param end null to go on to the last one
 */
record Paths(String first, String end) implements Serializable {
  static final Paths ALL = new Paths("", null);

  static Paths exactly(String path) {
    return new Paths(path, after(path));
  }

  static Paths from(String path) {
    return new Paths(path, null);
  }

  static Paths before(String path) {
    return new Paths("", path);
  }

  /** The smallest text after one: nothing stands between a text and itself with NUL. */
  static String after(String path) {
    return path + '\0';
  }

  /** Paths that begin so. */
  static Paths startingWith(String prefix) {
    int last = prefix.length();
    while (last > 0) {
      int point = prefix.codePointBefore(last);
      last -= Character.charCount(point);
      if (point < Character.MAX_CODE_POINT) {
        // No text holds a lone surrogate, so the next one is the character after them.
        int next = point + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : point + 1;
        return new Paths(prefix, prefix.substring(0, last) + Character.toString(next));
      }
    }
    return from(prefix);
  }

  Paths and(Paths other) {
    String later = PathOrder.INSTANCE.compare(first, other.first) >= 0 ? first : other.first;
    String earlier =
        end == null || (other.end != null && PathOrder.INSTANCE.compare(other.end, end) < 0)
            ? other.end
            : end;
    return new Paths(later, earlier);
  }

  boolean isEmpty() {
    return end != null && PathOrder.INSTANCE.compare(first, end) >= 0;
  }

  PathRange range() {
    return PathRange.stretch(first, Optional.ofNullable(end));
  }
}
