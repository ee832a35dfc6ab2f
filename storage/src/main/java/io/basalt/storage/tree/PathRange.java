package io.basalt.storage.tree;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Paths that stand together in {@link PathOrder}: one path, all that start with a prefix, or all
 * from one path to before another.
 *
 * @param text the path, the prefix, or the first path
 * @param end of a stretch: the first path after it, or empty if it goes on to the last path
 */
public record PathRange(Kind kind, String text, Optional<String> end) {
  /** How text selects paths. */
  public enum Kind {
    EXACT,
    PREFIX,
    STRETCH
  }

  public static final PathRange ALL = startingWith("/");

  public static PathRange exactly(String path) {
    return new PathRange(Kind.EXACT, path, Optional.empty());
  }

  public static PathRange startingWith(String prefix) {
    return new PathRange(Kind.PREFIX, prefix, Optional.empty());
  }

  /** Paths from the first one, included, to the end, excluded; an empty first one begins at all. */
  public static PathRange stretch(String first, Optional<String> end) {
    return new PathRange(Kind.STRETCH, first, end);
  }

  /** Paths from the first to the last, both included. */
  public static PathRange between(String first, String last) {
    // Nothing stands between a path and itself with NUL.
    return stretch(first, Optional.of(last + "\0"));
  }

  /** Negative if the path stands before the range, zero if in it, positive if after it. */
  public int compare(String path) {
    int order = PathOrder.INSTANCE.compare(path, text);
    if (order <= 0) {
      return order;
    }
    return switch (kind) {
      case EXACT -> order;
      case PREFIX -> path.startsWith(text) ? 0 : order;
      case STRETCH ->
          end.isPresent() && PathOrder.INSTANCE.compare(path, end.get()) >= 0 ? order : 0;
    };
  }

  public boolean contains(String path) {
    return compare(path) == 0;
  }

  /** Whether paths from first to last, both included, may hold one of the range. */
  public boolean overlaps(String first, String last) {
    return compare(last) >= 0 && compare(first) <= 0;
  }

  /** UTF-8 of the text: no path of the range stands before it. */
  public byte[] firstBytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes that all paths of a prefix or a stretch stand before; empty if there is no such end. */
  public Optional<byte[]> endBytes() {
    return switch (kind) {
      case EXACT -> throw new IllegalStateException("one path has no end: " + text);
      case PREFIX -> Optional.of(after(firstBytes()));
      case STRETCH -> end.map(path -> path.getBytes(StandardCharsets.UTF_8));
    };
  }

  /** No byte of UTF-8 is 0xff, so the last one can grow. */
  private static byte[] after(byte[] prefix) {
    prefix[prefix.length - 1]++;
    return prefix;
  }
}
