package io.basalt.cli.command;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The tier of each segment, as the head's location map says. */
final class SegmentTiers {
  private final LocationMap map;
  private final Map<String, Tier> tiers = new HashMap<>();

  private SegmentTiers(LocationMap map) {
    this.map = map;
  }

  static SegmentTiers of(OpenStore store) throws IOException {
    SegmentTiers result =
        new SegmentTiers(LocationMap.load(new MirroredFiles(store.drives()), store.headRoot()));
    for (DriveInfo drive : store.drives().infos()) {
      result.tiers.put(drive.id(), drive.tier());
    }
    return result;
  }

  /** A segment that moved on since this head was read counts where it was written first. */
  Tier of(String segment) {
    return map.find(segment).map(location -> tiers.get(location.drives().get(0))).orElse(Tier.SCM);
  }
}
