package io.basalt.migrate;

import io.basalt.flink.JobReport;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import java.util.ArrayList;
import java.util.List;

/**
 * What a migration would do.
 *
 * @param stripes that would be made
 * @param bytes of user data that would be moved
 * @param blocked why less would be moved than the watermark asks for, or null
 */
public record PlanReport(
    List<Item> segments, int stripes, long bytes, String blocked, List<String> notes)
    implements JobReport {
  public PlanReport {
    segments = List.copyOf(segments);
    notes = List.copyOf(notes);
  }

  /**
   * A segment that would move.
   *
   * @param stripe number of its stripe in the plan, from 1
   * @param from drives of its mirrors
   * @param to drives of the stripe
   */
  public record Item(
      String segment, String why, int stripe, List<String> from, List<String> to, long bytes) {
    public Item {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  public static PlanReport of(MigratePlan plan) {
    List<Item> items = new ArrayList<>();
    int number = 0;
    for (PlannedStripe stripe : plan.stripes()) {
      number++;
      for (PlannedSegment planned : stripe.segments()) {
        items.add(
            new Item(
                planned.segment().segment(),
                planned.why().text(),
                number,
                planned.segment().mirrors(),
                stripe.shape().drives(),
                planned.segment().packedBytes()));
      }
    }
    List<String> notes = new ArrayList<>(plan.notes());
    if (plan.runWanted()) {
      notes.add("sealed tails become a run first; then further segments can be moved");
    }
    if (plan.unfinished()) {
      notes.add("an earlier migration has not ended: it is ended first, and what it left is freed");
    }
    return new PlanReport(
        items,
        plan.stripes().size(),
        items.stream().mapToLong(Item::bytes).sum(),
        plan.blocked().orElse(null),
        notes);
  }
}
