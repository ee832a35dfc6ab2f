package io.basalt.storage.tree;

/**
 * Where a path leaves the one before it: an offset-value code. Of two paths after the same one, the
 * one with the smaller code comes first, and the other's code is the same seen from it; only equal
 * codes leave it open, and then the paths are equal up to and with the coded character. So a merge
 * compares numbers, and few paths. W. M. Conner, Offset Value Coding, IBM Technical Disclosure
 * Bulletin 20(7), 1977; G. Graefe and T. Do, Offset-value coding in database query processing, EDBT
 * 2023.
 */
final class PathCode {
  /** Of the path before itself. */
  static final long SAME = 0;

  /** After the code of every path. */
  static final long END = Long.MAX_VALUE;

  private static final int RANK_BITS = 20;

  private PathCode() {}

  /** The code of a path seen from one that is not after it. */
  static long of(String before, String path) {
    int offset = sharedFrom(0, before, path);
    return offset == path.length() ? SAME : at(offset, path);
  }

  /** The code of a path seen from one that it leaves at an offset, in characters. */
  static long at(int offset, String path) {
    // A later offset is a smaller code; a path that ends never has one, as it comes first there.
    return (long) (Integer.MAX_VALUE - offset) << RANK_BITS | PathOrder.rank(path.charAt(offset));
  }

  /** The offset in a code that is neither {@link #SAME} nor {@link #END}. */
  static int offset(long code) {
    return Integer.MAX_VALUE - (int) (code >>> RANK_BITS);
  }

  /** How many characters two paths share, of which they are known to share some. */
  static int sharedFrom(int known, String left, String right) {
    int end = Math.min(left.length(), right.length());
    int shared = known;
    while (shared < end && left.charAt(shared) == right.charAt(shared)) {
      shared++;
    }
    return shared;
  }
}
