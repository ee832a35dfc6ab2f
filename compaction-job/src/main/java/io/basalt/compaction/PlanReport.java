package io.basalt.compaction;

import io.basalt.flink.JobReport;
import io.basalt.storage.compact.CompactionPlan;

/**
 * What a compaction would do.
 *
 * @param root the one that it would compact
 * @param runs that would stand in leaves
 * @param leaves that would be written anew
 * @param stretches parts that workers would merge
 * @param expiredRoots that the retention no longer asks for, and that would be dropped
 * @param freedSegments that no root needs by what is known now; the merge may find more
 */
public record PlanReport(
    long root, long runs, long leaves, long stretches, long expiredRoots, long freedSegments)
    implements JobReport {

  public static PlanReport of(CompactionPlan plan) {
    return new PlanReport(
        plan.root(),
        plan.runs(),
        plan.stretches().stream().flatMap(stretch -> stretch.leaves().stream()).distinct().count(),
        plan.stretches().size(),
        plan.expiredRoots(),
        plan.deadSegments());
  }
}
