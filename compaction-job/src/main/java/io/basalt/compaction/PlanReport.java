package io.basalt.compaction;

import io.basalt.flink.JobReport;
import io.basalt.storage.config.Tier;
import io.basalt.storage.rewrite.RewritePlan;
import java.util.List;
import java.util.Locale;

/**
 * What a compaction would do.
 *
 * @param root the one that it would compact
 * @param runs that would stand in leaves
 * @param leaves that would be written anew
 * @param stretches parts that workers would merge
 * @param expiredRoots that the retention no longer asks for, and that would be dropped
 * @param freedSegments that no root needs by what is known now; the merge may find more
 * @param sparse what would be rewritten, since too little of it is live
 * @param givesBackBytes free once no kept root needs the old places, one copy
 * @param whyNotMore in words, why not more is rewritten; empty if all that is sparse is
 */
public record PlanReport(
    long root,
    long runs,
    long leaves,
    long stretches,
    long expiredRoots,
    long freedSegments,
    List<Sparse> sparse,
    long givesBackBytes,
    String whyNotMore)
    implements JobReport {

  /** A segment or a stripe, by its tier, and how much of it is live. */
  public record Sparse(String kind, String id, long heldBytes, long liveBytes) {}

  public static PlanReport of(WorkPlan plan) {
    RewritePlan rewrite = plan.rewrite();
    return new PlanReport(
        plan.merge().root(),
        plan.merge().runs(),
        plan.merge().stretches().stream()
            .flatMap(stretch -> stretch.leaves().stream())
            .distinct()
            .count(),
        plan.merge().stretches().size(),
        plan.merge().expiredRoots(),
        plan.merge().deadSegments(),
        rewrite.sparse().stream()
            .map(
                each ->
                    new Sparse(
                        each.tier() == Tier.SCM ? "segment" : "stripe",
                        each.id(),
                        each.heldBytes(),
                        each.liveBytes()))
            .toList(),
        rewrite.givesBackBytes(),
        rewrite.why());
  }

  /** One sentence for each thing that would be rewritten, and why. */
  public List<String> sentences() {
    return sparse.stream()
        .map(
            each ->
                String.format(
                    Locale.ROOT,
                    "would rewrite %s %s: %.0f %% of %d bytes are live",
                    each.kind(),
                    each.id(),
                    100.0 * each.liveBytes() / each.heldBytes(),
                    each.heldBytes()))
        .toList();
  }
}
