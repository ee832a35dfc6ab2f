package io.basalt.cli.command;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.List;

/**
 * Where the demo's data stands.
 *
 * @param scmBytes allocated on fast drives
 * @param capacityBytes allocated on capacity drives
 * @param stripes in the head's location map
 * @param stripedBytes of segments that stand in stripes, each byte once
 */
record DemoTiers(long scmBytes, long capacityBytes, List<Stripe> stripes, long stripedBytes) {
  static DemoTiers of(StoreConfig config) throws Exception {
    try (OpenStore store = OpenStore.head(config)) {
      LocationMap map = LocationMap.load(new MirroredFiles(store.drives()), store.headRoot());
      return new DemoTiers(
          used(store.drives(), Tier.SCM),
          used(store.drives(), Tier.CAPACITY),
          List.copyOf(map.stripes()),
          map.sealed().stream()
              .filter(segment -> segment.place() instanceof StripePlace)
              .mapToLong(SegmentLocation::packedBytes)
              .sum());
    }
  }

  private static long used(DriveSet drives, Tier tier) throws IOException {
    long used = 0;
    for (DriveInfo drive : drives.available(tier)) {
      used += drives.space(drive.id()).usedBytes();
    }
    return used;
  }

  /** Bytes on drives for each byte of user data in stripes. */
  double rawRatio() {
    long raw = stripes.stream().mapToLong(stripe -> stripe.strips() * stripe.stripBytes()).sum();
    return stripedBytes == 0 ? 0 : (double) raw / stripedBytes;
  }
}
