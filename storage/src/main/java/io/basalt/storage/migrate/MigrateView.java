package io.basalt.storage.migrate;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.drive.Space;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a plan is made from: how full the drives are, where segments stand and when each was last
 * used.
 *
 * @param scm the SCM drives that answer
 * @param capacity the capacity drives that answer, with the bytes that strips may take
 * @param capacityDrives number of capacity drives that the store has
 * @param sealed segments of the location map
 * @param tails of the head
 * @param mirrors files on the SCM drives: for each drive and name, when it was last written or read
 */
record MigrateView(
    List<ScmDrive> scm,
    List<Candidate> capacity,
    int capacityDrives,
    Collection<SegmentLocation> sealed,
    List<Tail> tails,
    Map<Mirror, Long> mirrors) {
  private static final String SEGMENTS = "segments";

  MigrateView {
    scm = List.copyOf(scm);
    capacity = List.copyOf(capacity);
    sealed = List.copyOf(sealed);
    tails = List.copyOf(tails);
    mirrors = Map.copyOf(mirrors);
  }

  /** An SCM drive that answers. */
  record ScmDrive(String id, String enclosure, Space space) {}

  /** A file of a segment on an SCM drive. */
  record Mirror(String drive, String file) {}

  /** Looks at the drives. A drive that fails meanwhile counts as one that does not answer. */
  static MigrateView of(DriveSet drives, Root head, LocationMap map) throws IOException {
    List<ScmDrive> scm = new ArrayList<>();
    Map<Mirror, Long> mirrors = new HashMap<>();
    for (DriveInfo info : drives.available(Tier.SCM)) {
      try {
        Space space = drives.space(info.id());
        for (StoredFile file : drives.call(info.id(), drive -> drive.list(SEGMENTS))) {
          mirrors.put(new Mirror(info.id(), file.name()), file.usedMillis());
        }
        scm.add(new ScmDrive(info.id(), info.enclosure(), space));
      } catch (IOException e) {
        requireFailed(drives, info, e);
      }
    }
    long known = head.drives().stream().filter(info -> info.tier() == Tier.CAPACITY).count();
    long configured = drives.infos().stream().filter(info -> info.tier() == Tier.CAPACITY).count();
    return new MigrateView(
        scm,
        capacity(drives),
        (int) Math.max(known, configured),
        map.sealed(),
        head.tails(),
        mirrors);
  }

  /** The capacity drives that answer, with the bytes that data may take there. */
  static List<Candidate> capacity(DriveSet drives) throws IOException {
    List<Candidate> capacity = new ArrayList<>();
    for (DriveInfo info : drives.available(Tier.CAPACITY)) {
      try {
        capacity.add(
            new Candidate(info.id(), info.enclosure(), drives.space(info.id()).freeForData()));
      } catch (IOException e) {
        requireFailed(drives, info, e);
      }
    }
    return capacity;
  }

  private static void requireFailed(DriveSet drives, DriveInfo info, IOException e)
      throws IOException {
    if (!drives.isUnavailable(info.id())) {
      throw e;
    }
  }

  boolean hasMirror(SegmentLocation segment, String drive) {
    return mirrors.containsKey(new Mirror(drive, segment.fileName()));
  }

  /** When any of its mirrors was last written or read; 0 if none is left. Milliseconds. */
  long usedMillis(SegmentLocation segment) {
    return segment.mirrors().stream()
        .mapToLong(drive -> mirrors.getOrDefault(new Mirror(drive, segment.fileName()), 0L))
        .max()
        .orElse(0);
  }
}
