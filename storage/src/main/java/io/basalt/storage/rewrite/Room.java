package io.basalt.storage.rewrite;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.migrate.StripeShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The drives that answer, and the room that rewriting may take there. */
final class Room {
  private Room() {}

  /** The tiers that have room for one new segment, mirrored or as a stripe. */
  static Set<Tier> tiers(DriveSet drives, StripeShape.Code code, long segmentSize) {
    RandomGenerator any = new Random(0);
    Set<Tier> tiers = EnumSet.noneOf(Tier.class);
    if (Placement.pair(on(drives, Tier.SCM), segmentSize, any).isPresent()) {
      tiers.add(Tier.SCM);
    }
    if (StripeShape.choose(code, on(drives, Tier.CAPACITY), segmentSize, any).isPresent()) {
      tiers.add(Tier.CAPACITY);
    }
    return tiers;
  }

  static List<Candidate> on(DriveSet drives, Tier tier) {
    List<Candidate> candidates = new ArrayList<>();
    for (DriveInfo info : drives.available(tier)) {
      try {
        long free = drives.space(info.id()).freeForRewriting();
        candidates.add(new Candidate(info.id(), info.enclosure(), free));
      } catch (IOException unavailable) {
        // The set remembers why; here the drive is only left out.
        continue;
      }
    }
    return candidates;
  }
}
