package io.basalt.storage.compact;

import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Stripes that nothing stands in once some segments are freed. */
final class EmptyStripes {
  private EmptyStripes() {}

  static List<Dropped> strips(LocationMap map, List<SegmentLocation> freed) {
    Set<String> empty = new HashSet<>(stripes(freed.stream()).toList());
    if (empty.isEmpty()) {
      return List.of();
    }
    Set<SegmentLocation> gone = new HashSet<>(freed);
    stripes(map.all().stream().filter(segment -> !gone.contains(segment))).forEach(empty::remove);
    List<Dropped> strips = new ArrayList<>();
    for (String id : empty) {
      Stripe stripe = map.stripe(id).orElseThrow();
      for (int strip = 0; strip < stripe.strips(); strip++) {
        strips.add(new Dropped(stripe.fileName(strip), List.of(stripe.drives().get(strip))));
      }
    }
    return strips;
  }

  private static Stream<String> stripes(Stream<SegmentLocation> segments) {
    return segments
        .map(SegmentLocation::place)
        .filter(StripePlace.class::isInstance)
        .map(place -> ((StripePlace) place).stripe());
  }
}
