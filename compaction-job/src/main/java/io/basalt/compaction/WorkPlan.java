package io.basalt.compaction;

import io.basalt.storage.compact.CompactionPlan;
import io.basalt.storage.rewrite.RewritePlan;

/** What a compaction would do: merge, then rewrite what is sparse by what is known now. */
public record WorkPlan(CompactionPlan merge, RewritePlan rewrite) {
  /** Whether it would change anything. */
  public boolean hasWork() {
    return merge.hasWork() || rewrite.hasWork();
  }
}
