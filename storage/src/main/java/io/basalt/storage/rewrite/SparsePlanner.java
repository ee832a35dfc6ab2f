package io.basalt.storage.rewrite;

import io.basalt.storage.compact.Usage;
import io.basalt.storage.config.Tier;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.rewrite.RewritePlan.Sparse;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what is rewritten: segments on mirrors, and stripes as a whole, of which less than the
 * threshold is live, the sparsest first, up to a bound. Pure.
 *
 * <p>A segment that was a tail of the root which the leaves were made of is left alone: events that
 * are in no leaf may refer to it. All others are referred to by these leaves and older roots alone.
 *
 * <p>Amortised: a pass reads all leaves to find what refers to the sparse places, so it is worth it
 * only if it gives back at least as many bytes as the leaves have; and as less than the threshold
 * of each place is copied, what is copied stays in proportion to what died.
 */
final class SparsePlanner {
  /** A pass copies so many bytes at most, so that it ends soon and needs little room at a time. */
  private static final long MOST_COPIED_BYTES = 1L << 30;

  private final double threshold;
  private final long segmentSize;
  private final StripeShape.Code code;
  private final Set<Tier> room;

  /**
   * A planner.
   *
   * @param threshold live share below which a place is sparse
   * @param segmentSize bytes of a segment, at most
   * @param code of new stripes
   * @param room tiers that have room for what is copied
   */
  SparsePlanner(double threshold, long segmentSize, StripeShape.Code code, Set<Tier> room) {
    this.room = Set.copyOf(room);
    this.threshold = threshold;
    this.segmentSize = segmentSize;
    this.code = code;
  }

  /**
   * A plan.
   *
   * @param usage that the leaves came with
   * @param leafBytes bytes of all leaves
   */
  RewritePlan plan(Usage usage, LocationMap map, long leafBytes) {
    List<Sparse> candidates = mirrored(usage, map);
    candidates.addAll(striped(usage, map));
    long all = candidates.size();
    candidates.removeIf(each -> !room.contains(each.tier()));
    if (candidates.isEmpty()) {
      return new RewritePlan(
          List.of(),
          0,
          leafBytes,
          all == 0
              ? "nothing is sparse"
              : "no room to copy what is live in %d sparse segments and stripes".formatted(all));
    }
    candidates.sort(Comparator.comparingDouble(Sparse::liveShare).thenComparing(Sparse::id));
    List<Sparse> chosen = new ArrayList<>();
    long copied = 0;
    for (Sparse each : candidates) {
      if (!chosen.isEmpty() && copied + each.liveBytes() > MOST_COPIED_BYTES) {
        break;
      }
      chosen.add(each);
      copied += each.liveBytes();
    }
    long gain = gain(chosen);
    if (gain <= 0 || gain < leafBytes) {
      return new RewritePlan(
          List.of(),
          0,
          leafBytes,
          "%d sparse segments and stripes would give back %d bytes, and finding what refers to them reads %d"
              .formatted(chosen.size(), Math.max(0, gain), leafBytes));
    }
    String why =
        chosen.size() == all
            ? ""
            : "%d more are left for a later pass".formatted(all - chosen.size());
    return new RewritePlan(chosen, gain, leafBytes, why);
  }

  private List<Sparse> mirrored(Usage usage, LocationMap map) {
    List<Sparse> sparse = new ArrayList<>();
    for (SegmentLocation segment : map.sealed()) {
      Optional<Long> live = settledBytes(usage, segment);
      if (!segment.mirrors().isEmpty() && live.isPresent()) {
        addIfSparse(
            new Sparse(
                Tier.SCM,
                segment.segment(),
                List.of(segment.segment()),
                segment.dataEnd(),
                live.get()),
            sparse);
      }
    }
    return sparse;
  }

  private List<Sparse> striped(Usage usage, LocationMap map) {
    Map<String, List<SegmentLocation>> packed = new HashMap<>();
    for (SegmentLocation segment : map.sealed()) {
      if (segment.place() instanceof StripePlace place) {
        packed.computeIfAbsent(place.stripe(), stripe -> new ArrayList<>()).add(segment);
      }
    }
    List<Sparse> sparse = new ArrayList<>();
    for (Stripe stripe : map.stripes()) {
      List<SegmentLocation> segments = packed.getOrDefault(stripe.id(), List.of());
      List<Optional<Long>> live = segments.stream().map(at -> settledBytes(usage, at)).toList();
      if (live.stream().allMatch(Optional::isPresent)) {
        addIfSparse(
            new Sparse(
                Tier.CAPACITY,
                stripe.id(),
                segments.stream().map(SegmentLocation::segment).sorted().toList(),
                stripe.dataBytes(),
                live.stream().mapToLong(Optional::get).sum()),
            sparse);
      }
    }
    return sparse;
  }

  /** Live bytes of a segment that only leaves refer to. */
  private static Optional<Long> settledBytes(Usage usage, SegmentLocation segment) {
    Usage.Segment known = usage.segments().get(segment.segment());
    return known == null || known.tail() ? Optional.empty() : Optional.of(known.liveBytes());
  }

  /** What has no live byte at all goes by itself once no kept root needs it. */
  private void addIfSparse(Sparse candidate, List<Sparse> sparse) {
    if (candidate.liveBytes() > 0 && candidate.liveShare() < threshold) {
      sparse.add(candidate);
    }
  }

  /** What the places hold, less what their live parts will, whole columns of stripes counted. */
  private long gain(List<Sparse> chosen) {
    long held = chosen.stream().mapToLong(Sparse::heldBytes).sum();
    long hot = live(chosen, Tier.SCM);
    long cold = live(chosen, Tier.CAPACITY);
    long column = (long) code.widestData() * Stripe.BLOCK_BYTES;
    long stripeBytes = Math.max(column, code.widestData() * segmentSize);
    long rounding = cold == 0 ? 0 : (cold + stripeBytes - 1) / stripeBytes * column;
    return held - hot - cold - rounding;
  }

  private static long live(List<Sparse> chosen, Tier tier) {
    return chosen.stream().filter(each -> each.tier() == tier).mapToLong(Sparse::liveBytes).sum();
  }
}
