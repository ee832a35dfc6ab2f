package io.basalt.compaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.api.common.JobExecutionResult;

/**
 * What a compaction did.
 *
 * @param root the one that it committed
 * @param runsIn runs that stand in leaves now
 * @param leavesOut leaves that were written
 * @param rewrittenBytes of these leaves, one copy
 * @param freedBytes deleted from drives, all copies
 */
public record CompactionReport(
    long root, long runsIn, long leavesOut, long rewrittenBytes, long freedBytes) {

  static CompactionReport of(JobExecutionResult result) {
    return new CompactionReport(
        number(result, CompactionCommitter.ROOT),
        number(result, CompactionCommitter.RUNS_IN),
        number(result, CompactionCommitter.LEAVES_OUT),
        number(result, CompactionCommitter.REWRITTEN_BYTES),
        number(result, CompactionCommitter.FREED_BYTES));
  }

  private static long number(JobExecutionResult result, String accumulator) {
    return result.<Long>getAccumulatorResult(accumulator);
  }

  public String toJson() {
    try {
      return new ObjectMapper().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of plain values is always JSON", e);
    }
  }
}
