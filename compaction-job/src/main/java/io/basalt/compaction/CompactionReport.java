package io.basalt.compaction;

import io.basalt.flink.JobReport;
import org.apache.flink.api.common.JobExecutionResult;

/**
 * What a compaction did.
 *
 * @param root the last one that it committed
 * @param runsIn runs that stand in leaves now
 * @param leavesOut leaves that were written
 * @param rewrittenBytes of these leaves, and of what was rewritten because it was sparse, one copy
 * @param freedBytes deleted from drives, all copies
 */
public record CompactionReport(
    long root, long runsIn, long leavesOut, long rewrittenBytes, long freedBytes)
    implements JobReport {

  static CompactionReport of(JobExecutionResult result) {
    return new CompactionReport(
        Math.max(
            JobReport.number(result, CompactionCommitter.ROOT),
            JobReport.number(result, RewriteCommitter.ROOT)),
        JobReport.number(result, CompactionCommitter.RUNS_IN),
        JobReport.number(result, CompactionCommitter.LEAVES_OUT),
        JobReport.number(result, CompactionCommitter.REWRITTEN_BYTES)
            + JobReport.number(result, RewriteCommitter.REWRITTEN_BYTES),
        JobReport.number(result, CompactionCommitter.FREED_BYTES));
  }
}
