package io.basalt.storage.copy;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.Root;
import java.util.List;

/**
 * On how many capacity drives a metadata copy stands, and whether one is to be made.
 *
 * @param drives so many may be lost, less one, without losing the copy
 */
public record CopyPolicy(int drives) {
  public CopyPolicy {
    if (drives < 1) {
      throw new IllegalArgumentException("a copy on " + drives + " drives");
    }
  }

  /** One drive more than a stripe may lose. */
  public static CopyPolicy of(StoreConfig config) {
    int capacity =
        (int) config.drives().stream().filter(each -> each.tier() == Tier.CAPACITY).count();
    return new CopyPolicy(config.erasure().parityFor(capacity) + 1);
  }

  /** Whether a store makes copies: without capacity drives its tree is as safe as its data. */
  public static boolean isKept(List<DriveInfo> storeDrives) {
    return storeDrives.stream().anyMatch(drive -> drive.tier() == Tier.CAPACITY);
  }

  /** Whether a compaction would make a better copy of a root's leaves than there is. */
  public boolean isDue(DriveSet set, Root root) {
    List<String> there = set.available(Tier.CAPACITY).stream().map(DriveInfo::id).toList();
    if (root.tree().isEmpty() || there.isEmpty()) {
      return false;
    }
    if (root.copy().isEmpty() || root.copy().get().root() < root.tree().get().root()) {
      return true;
    }
    CopyRef copy = root.copy().get();
    long held = copy.file().drives().stream().filter(there::contains).count();
    return held < Math.min(drives, there.size());
  }
}
