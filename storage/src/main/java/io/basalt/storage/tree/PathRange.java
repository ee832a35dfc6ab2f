package io.basalt.storage.tree;

/**
 * Paths that stand together in {@link PathOrder}: one path, or all that start with a prefix.
 *
 * @param text the path, or the prefix
 */
public record PathRange(Kind kind, String text) {
  /** How text selects paths. */
  public enum Kind {
    EXACT,
    PREFIX
  }

  public static final PathRange ALL = startingWith("/");

  public static PathRange exactly(String path) {
    return new PathRange(Kind.EXACT, path);
  }

  public static PathRange startingWith(String prefix) {
    return new PathRange(Kind.PREFIX, prefix);
  }

  /** Negative if the path stands before the range, zero if in it, positive if after it. */
  public int compare(String path) {
    int order = PathOrder.INSTANCE.compare(path, text);
    return order > 0 && kind == Kind.PREFIX && path.startsWith(text) ? 0 : order;
  }

  public boolean contains(String path) {
    return kind == Kind.EXACT ? path.equals(text) : path.startsWith(text);
  }

  /** Whether paths from first to last, both included, may hold one of the range. */
  public boolean overlaps(String first, String last) {
    return compare(last) >= 0 && compare(first) <= 0;
  }
}
