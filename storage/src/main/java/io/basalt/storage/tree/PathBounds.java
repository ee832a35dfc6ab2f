package io.basalt.storage.tree;

/**
 * Bounds of paths that take at most {@value #MOST_BYTES} bytes of UTF-8, however long the paths
 * are, as Parquet truncates its statistics. A bound is well-formed text that sorts as it should; it
 * need not be a path.
 */
public final class PathBounds {
  public static final int MOST_BYTES = 128;

  private PathBounds() {}

  /** The path, or the longest prefix of it that fits: stands nowhere behind the path. */
  public static String lower(String path) {
    return path.substring(0, fitting(path));
  }

  /**
   * The path, or if that is too long, what stands behind every text that begins with the longest
   * prefix of it that can grow: the last character that has a next one gives way to it.
   *
   * @param path or any other text that begins with a slash
   */
  public static String upper(String path) {
    int end = fitting(path);
    if (end == path.length()) {
      return path;
    }
    while (end > 0) {
      int last = path.codePointBefore(end);
      end -= Character.charCount(last);
      if (last < Character.MAX_CODE_POINT) {
        String grown = path.substring(0, end) + Character.toString(next(last));
        // The next character may take a byte more.
        if (fitting(grown) == grown.length()) {
          return grown;
        }
      }
    }
    throw new IllegalArgumentException("nothing short stands behind " + path);
  }

  /** UTF-8 has no surrogates. */
  private static int next(int codePoint) {
    return codePoint + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : codePoint + 1;
  }

  /** The end of the longest prefix of whole characters that fits. */
  private static int fitting(String text) {
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      bytes += utf8Bytes(codePoint);
      if (bytes > MOST_BYTES) {
        return end;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  private static int utf8Bytes(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x1_0000 ? 3 : 4;
  }
}
