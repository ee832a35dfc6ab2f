package io.basalt.storage.verify;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.Optional;

/**
 * Where segments stand by now, for a verifier beside which others commit: migrations move segments
 * and delete the mirrors. Looks for the newest head whenever it is asked, so it is asked only about
 * places that turned out wrong. One thread.
 */
final class NewestPlaces {
  private final DriveSet drives;
  private final int rootCopies;
  private LocationMap map;

  /** Begins with the map that the verifier goes by. */
  NewestPlaces(DriveSet drives, int rootCopies, LocationMap map) {
    this.drives = drives;
    this.rootCopies = rootCopies;
    this.map = map;
  }

  /** The newest head, whose places these are from then on; empty if nobody can tell. */
  Optional<Root> look() {
    // What is wrong with roots, the check of the roots has said.
    Findings unused = new Findings(Watcher.NONE);
    Optional<Root> head =
        new RootCheck(drives, rootCopies, new Copies(drives, unused), unused).head();
    if (head.isEmpty()) {
      return Optional.empty();
    }
    try {
      map = map.reload(new MirroredFiles(drives), head.get());
      return head;
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** Where a segment stands by now; the place itself if nobody can tell, empty if it was freed. */
  Optional<SegmentLocation> find(SegmentLocation seen) {
    return look().isEmpty() ? Optional.of(seen) : map.find(seen.segment());
  }

  /** A stripe of the head that was looked at last. */
  Optional<Stripe> stripe(String id) {
    return map.stripe(id);
  }
}
