package io.basalt.storage.migrate;

import io.basalt.storage.location.LocationEdit;
import io.basalt.storage.location.LocationEdit.Move;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import java.util.List;

/**
 * A stripe that is whole on its drives and in no root yet.
 *
 * @param segments on mirrors as the plan saw them, and their offsets in the stripe
 * @param readBytes read from mirrors
 * @param writtenBytes of user data and parity, written to strips
 */
public record MadeStripe(
    Stripe stripe, List<PackedSegment> segments, long readBytes, long writtenBytes) {
  public MadeStripe {
    segments = List.copyOf(segments);
  }

  LocationEdit edit() {
    List<Move> moves =
        segments.stream().map(each -> new Move(each.segment(), moved(each))).toList();
    return LocationEdit.moving(moves, List.of(stripe));
  }

  private SegmentLocation moved(PackedSegment packed) {
    return packed.segment().movedTo(new StripePlace(stripe.id(), packed.offset()));
  }
}
