package io.basalt.storage.compact;

import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What there is to compact at a root.
 *
 * @param root its number
 * @param runs how many runs would be merged
 * @param stretches parts of the work, by path; none if nothing happened since the last leaves
 * @param expiredRoots kept roots that the retention no longer asks for
 * @param deadSegments segments that are known not to be needed by any root once these are dropped
 * @param hasChores whether something else waits for the next compaction: files to delete, things of
 *     which it can now say from which root on they are not needed, uploads that grow old, or a
 *     metadata copy that is missing or stands on too few drives
 */
public record CompactionPlan(
    long root,
    int runs,
    List<Stretch> stretches,
    int expiredRoots,
    int deadSegments,
    boolean hasChores) {
  /** A stretch of so many rows is merged in a second or two. */
  private static final long STRETCH_ROWS = 1 << 20;

  /** A root more or less in the list is not worth a compaction: each makes two. */
  private static final int MANY_ROOTS = 16;

  public CompactionPlan {
    stretches = List.copyOf(stretches);
  }

  /** What a compaction does that drops the uploads which are abandoned by now. */
  public static Abandonment abandonment(
      DriveSet drives, Root root, List<PartitionOffset> ends, long at, Duration retention)
      throws IOException {
    Usage usage = UsageCodec.read(new MirroredFiles(drives), root.tree().map(TreeTop::usage));
    return Abandonment.of(root, usage.marks(), ends, at, retention);
  }

  /**
   * Looks at a root: reads the branches, and the keys of what happened since the leaves.
   *
   * @param expiry drops the roots that the retention no longer asks for
   * @param abandonment which uploads are dropped; while some are pending, time is marked now and
   *     then
   */
  public static CompactionPlan of(
      DriveSet drives, Root root, CopyPolicy copies, Change expiry, Abandonment abandonment)
      throws IOException {
    Usage usage = UsageCodec.read(new MirroredFiles(drives), root.tree().map(TreeTop::usage));
    Root expired = expired(root, expiry);
    int dead = Accounts.dead(usage, expired, root.copy()).size();
    try (StoreReader reader = StoreReader.open(drives, root)) {
      List<LeafRef> leaves = new ArrayList<>();
      reader.leaves().forEachRemaining(leaves::add);
      StretchPlanner planner = new StretchPlanner(leaves, STRETCH_ROWS, LeafLimits.DEFAULTS);
      reader.changed(planner::add);
      boolean dropsMore = !root.uploads().floors().containsAll(abandonment.floors());
      planner.touch(leaf -> dropsMore && leaf.parts() > 0);
      boolean pending = leaves.stream().anyMatch(leaf -> leaf.parts() > 0);
      return new CompactionPlan(
          root.number(),
          root.runs().size(),
          planner.stretches(),
          root.kept().size() + 1 - expired.kept().size(),
          dead,
          Accounts.hasChores(usage, expired)
              || copies.isDue(drives, root)
              || (pending && abandonment.mark().isPresent()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * The root that follows when nothing but the expiry happens; it keeps the one that it follows.
   */
  private static Root expired(Root root, Change expiry) throws IOException {
    RootBuilder next = new RootBuilder(root);
    try {
      expiry.apply(next);
    } catch (CommitConflictException e) {
      throw new IOException(e.getMessage(), e);
    }
    return next.build(root.number() + 1, root.bodyId(), root.attempt(), root.at(), root.arbiter());
  }

  /** Whether a compaction would change anything that is worth it. */
  public boolean hasWork() {
    return runs > 0
        || !stretches.isEmpty()
        || expiredRoots >= MANY_ROOTS
        || deadSegments > 0
        || hasChores;
  }
}
