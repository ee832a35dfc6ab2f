package io.basalt.cli.command;

import io.basalt.storage.config.Tier;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Place;
import java.io.IOException;

/** The tier of each segment, as the head's location map says. */
final class SegmentTiers {
  private final LocationMap map;

  private SegmentTiers(LocationMap map) {
    this.map = map;
  }

  static SegmentTiers of(OpenStore store) throws IOException {
    return new SegmentTiers(LocationMap.load(new MirroredFiles(store.drives()), store.headRoot()));
  }

  /** A segment that is newer than this head counts where it was written. */
  Tier of(String segment) {
    return map.find(segment)
        .filter(location -> location.place() instanceof Place.StripePlace)
        .map(location -> Tier.CAPACITY)
        .orElse(Tier.SCM);
  }
}
