package io.basalt.storage.catalog;

import io.basalt.storage.config.Tier;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.Extent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where extents stand by a head's location map, whichever root they are of. Immutable. */
public final class ExtentPlaces {
  private final LocationMap map;

  private ExtentPlaces(LocationMap map) {
    this.map = map;
  }

  /** Reads the map of the head, which must not be older than the root that is looked at. */
  public static ExtentPlaces load(MirroredFiles mirrors, Root head) throws IOException {
    return new ExtentPlaces(LocationMap.load(mirrors, head));
  }

  /**
   * The place of an extent.
   *
   * @throws IOException if its segment was freed after the root that is looked at
   */
  public ExtentPlace of(Extent extent) throws IOException {
    String segment = extent.shard().segment();
    SegmentLocation location = map.find(segment).orElseThrow(() -> gone(segment));
    if (location.place() instanceof StripePlace place) {
      Stripe stripe = map.stripe(place.stripe()).orElseThrow(() -> gone(segment));
      // Shards lie in front of the hole, so their positions in the segment are those in the stripe.
      long first = place.offset() + extent.shard().position() + extent.skip();
      return new ExtentPlace(
          Tier.CAPACITY,
          Optional.of(stripe.id()),
          dataDrives(stripe, first, first + extent.take() - 1));
    }
    return new ExtentPlace(Tier.SCM, Optional.empty(), location.mirrors());
  }

  private static List<String> dataDrives(Stripe stripe, long first, long last) {
    Set<String> drives = new LinkedHashSet<>();
    for (long strip = first / stripe.stripBytes(); strip <= last / stripe.stripBytes(); strip++) {
      drives.add(stripe.drives().get(Math.toIntExact(strip)));
    }
    return new ArrayList<>(drives);
  }

  private static IOException gone(String segment) {
    return new IOException(
        "segment %s is no longer in the store: its file changed while read; begin anew"
            .formatted(segment));
  }
}
