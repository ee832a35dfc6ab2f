package io.basalt.storage.read;

import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.ColumnShape;
import io.basalt.storage.stripe.StripeReader;
import io.basalt.storage.tree.Shard;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the shards of one read that stand in stripes which have lost data, as is known by now. A
 * shard that reaches over two strips has no place, since its pieces are columns apart, nor one that
 * is longer than columns of its stripe may keep.
 */
final class DegradedPlaces implements Function<Shard, Optional<ColumnPlan.Place>> {
  private final Locations locations;
  private final StripeReader stripes;
  private final Map<String, Boolean> degraded = new HashMap<>();

  DegradedPlaces(Locations locations, StripeReader stripes) {
    this.locations = locations;
    this.stripes = stripes;
  }

  @Override
  public Optional<ColumnPlan.Place> apply(Shard shard) {
    return locations.find(shard.segment()).flatMap(segment -> place(segment, shard));
  }

  private Optional<ColumnPlan.Place> place(SegmentLocation segment, Shard shard) {
    return segment.place() instanceof StripePlace place
        ? locations
            .stripe(place.stripe())
            .flatMap(stripe -> place(stripe, place.offset() + shard.position(), shard.length()))
        : Optional.empty();
  }

  /** Shards lie in front of the hole, so their positions in the segment are those in the stripe. */
  private Optional<ColumnPlan.Place> place(Stripe stripe, long offset, int length) {
    ColumnShape shape = StripeReader.columnShape(stripe);
    if (length > shape.longest()
        || !degraded.computeIfAbsent(stripe.id(), id -> stripes.isDegraded(stripe))
        || offset % stripe.stripBytes() + length > stripe.stripBytes()) {
      return Optional.empty();
    }
    boolean lost = stripes.isLost(stripe, (int) (offset / stripe.stripBytes()));
    return Optional.of(new ColumnPlan.Place(stripe, shape.bytes(), offset, lost));
  }
}
