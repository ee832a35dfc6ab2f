package io.basalt.storage.copy;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement.Sharing;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.Root;
import java.util.List;

/**
 * On which drives a metadata copy stands, and whether one is to be made.
 *
 * @param tier of the drives
 * @param drives how many
 */
public record CopyPolicy(Tier tier, int drives) {
  /** As many as hold a segment, so the tree is lost no sooner than the data. */
  private static final int MIRRORS = 2;

  public CopyPolicy {
    if (drives < 1) {
      throw new IllegalArgumentException("a copy on " + drives + " drives");
    }
  }

  /** One capacity drive more than a stripe may lose; without any, SCM drives of two enclosures. */
  public static CopyPolicy of(StoreConfig config) {
    int capacity =
        (int) config.drives().stream().filter(each -> each.tier() == Tier.CAPACITY).count();
    return capacity == 0
        ? new CopyPolicy(Tier.SCM, MIRRORS)
        : new CopyPolicy(Tier.CAPACITY, config.erasure().parityFor(capacity) + 1);
  }

  /** Strips stand where there is room, mirrors never in one enclosure; so do copies. */
  Sharing sharing() {
    return tier == Tier.SCM ? Sharing.REFUSED : Sharing.ALLOWED;
  }

  /** Whether a compaction would make a better copy of a root's leaves than there is. */
  public boolean isDue(DriveSet set, Root root) {
    List<DriveInfo> there = set.available(tier);
    if (root.tree().isEmpty() || there.isEmpty()) {
      return false;
    }
    if (root.copy().isEmpty() || root.copy().get().root() < root.tree().get().root()) {
      return true;
    }
    CopyRef copy = root.copy().get();
    long held = there.stream().filter(each -> copy.file().drives().contains(each.id())).count();
    return held < Math.min(drives, most(there));
  }

  /** On so many of them a copy can stand. */
  private long most(List<DriveInfo> there) {
    return sharing() == Sharing.ALLOWED
        ? there.size()
        : there.stream().map(DriveInfo::enclosure).distinct().count();
  }
}
