package io.basalt.storage.migrate;

import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.stripe.PackedSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a migration is to move, in order.
 *
 * @param stripes to be made
 * @param runWanted sealed tails have to become a run first: then they can be moved too
 * @param unfinished an earlier migration has not ended; this one ends it, so that the sweep may
 *     delete what it left behind
 * @param blocked why less is moved than the watermark asks for
 * @param notes what else an operator wants to know, such as stripes that are narrower
 */
public record MigratePlan(
    List<PlannedStripe> stripes,
    boolean runWanted,
    boolean unfinished,
    Optional<String> blocked,
    List<String> notes) {
  public MigratePlan {
    stripes = List.copyOf(stripes);
    notes = List.copyOf(notes);
  }

  /** Nothing to do. */
  public static final MigratePlan NONE =
      new MigratePlan(List.of(), false, false, Optional.empty(), List.of());

  /** Whether there is work for a migration now. */
  public boolean hasWork() {
    return runWanted || unfinished || !stripes.isEmpty();
  }

  MigratePlan afterUnfinished() {
    return new MigratePlan(stripes, runWanted, true, blocked, notes);
  }

  /** Why a segment is moved. */
  public enum Why {
    LOST_MIRROR("lost a mirror"),
    COLD("cold"),
    FILLS_STRIPE("fills a stripe");

    private final String text;

    Why(String text) {
      this.text = text;
    }

    /** As listings and JSON show it. */
    public String text() {
      return text;
    }
  }

  /** A segment of a stripe, where its packed bytes begin there, and why it is moved. */
  public record PlannedSegment(SegmentLocation segment, long offset, Why why) {
    PackedSegment packed() {
      return new PackedSegment(segment, offset);
    }
  }

  /** A stripe and the segments that go there, one after another. */
  public record PlannedStripe(StripeShape shape, List<PlannedSegment> segments) {
    public PlannedStripe {
      segments = List.copyOf(segments);
    }

    /** The same without a segment: those behind it move up, and the strips become shorter. */
    PlannedStripe without(String segment) {
      List<PlannedSegment> rest = new ArrayList<>();
      long offset = 0;
      for (PlannedSegment each : segments) {
        if (!each.segment().segment().equals(segment)) {
          rest.add(new PlannedSegment(each.segment(), offset, each.why()));
          offset += each.segment().packedBytes();
        }
      }
      return new PlannedStripe(shape.holding(offset), rest);
    }

    /** Whether it moves anything that is to be moved, and not only what fills it. */
    boolean isWanted() {
      return segments.stream().anyMatch(each -> each.why() != Why.FILLS_STRIPE);
    }

    long dataBytes() {
      return segments.stream().mapToLong(each -> each.segment().packedBytes()).sum();
    }
  }
}
