package io.basalt.query;

import java.io.Serializable;

/**
 * What every task of a query must know.
 *
 * @param root number of the pinned root
 * @param rangeBytes bytes that are worth a reader of their own
 */
record QueryRequest(QueryOptions options, long root, Export export, long rangeBytes)
    implements Serializable {
  private static final long serialVersionUID = 1;
  static final long RANGE_BYTES = 32L << 20;

  /** In ranges of this size; the extents of one travel in one message. */
  private static final int LONGEST = 16;

  /**
   * Most bytes of a file of this size that one reader takes at once. As few ranges as give all
   * readers work, since one that holds a whole stripe costs the least where drives are missing.
   */
  long rangeBytes(long fileBytes) {
    long share = (fileBytes + options.parallelism() - 1) / options.parallelism();
    return Math.max(rangeBytes, Math.min(share, LONGEST * rangeBytes));
  }
}
