package io.basalt.query;

import java.io.Serializable;

/**
 * What every task of a query must know.
 *
 * @param root number of the pinned root
 * @param rangeBytes most bytes that one reader takes at once
 */
record QueryRequest(QueryOptions options, long root, Export export, long rangeBytes)
    implements Serializable {
  private static final long serialVersionUID = 1;
  static final long RANGE_BYTES = 32L << 20;
}
