package io.basalt.storage.location;

import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The contents of one file of the location map. A segment in a stripe stands beside its stripe. */
record MapFile(List<SegmentLocation> segments, List<Stripe> stripes) {
  MapFile {
    segments = List.copyOf(segments);
    stripes = List.copyOf(stripes);
    Set<String> known = stripes.stream().map(Stripe::id).collect(Collectors.toSet());
    for (SegmentLocation segment : segments) {
      if (segment.place() instanceof StripePlace place && !known.contains(place.stripe())) {
        throw new IllegalArgumentException(
            "segment %s stands in stripe %s, which is not beside it"
                .formatted(segment.segment(), place.stripe()));
      }
    }
  }

  boolean holdsAny(Set<String> ids) {
    return !ids.isEmpty() && segments.stream().anyMatch(segment -> ids.contains(segment.segment()));
  }
}
