package io.basalt.query;

import java.util.Map;

/**
 * How far a query is.
 *
 * @param plannedBytes of the files that were found so far; all of them, soon after the start
 * @param bytes read
 * @param files written
 */
public record QueryProgress(long plannedBytes, long bytes, long files) {
  /** What the sums of a running job's tasks say. */
  public static QueryProgress of(Map<String, Object> accumulators) {
    return new QueryProgress(
        number(accumulators, RangePlanner.PLANNED_BYTES),
        number(accumulators, FileReport.BYTES),
        number(accumulators, FileReport.FILES));
  }

  private static long number(Map<String, Object> accumulators, String name) {
    return accumulators.get(name) instanceof Long sum ? sum : 0;
  }
}
