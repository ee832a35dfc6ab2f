package io.basalt.storage.compact;

import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What there is to compact at a root.
 *
 * @param root its number
 * @param runs how many runs would be merged
 * @param stretches parts of the work, by path; none if nothing happened since the last leaves
 * @param deadSegments segments that are known not to be needed by any root
 * @param hasChores whether something else waits for the next compaction: files to delete, things of
 *     which it can now say from which root on they are not needed, or a metadata copy that is
 *     missing or stands on too few drives
 */
public record CompactionPlan(
    long root, int runs, List<Stretch> stretches, int deadSegments, boolean hasChores) {
  /** A stretch of so many rows is merged in a second or two. */
  private static final long STRETCH_ROWS = 1 << 20;

  public CompactionPlan {
    stretches = List.copyOf(stretches);
  }

  /** Looks at a root: reads the branches, and the keys of what happened since the leaves. */
  public static CompactionPlan of(DriveSet drives, Root root, CopyPolicy copies)
      throws IOException {
    Usage usage = UsageCodec.read(new MirroredFiles(drives), root.tree().map(TreeTop::usage));
    int dead = Accounts.dead(usage, root, root.copy()).size();
    try (StoreReader reader = StoreReader.open(drives, root)) {
      List<LeafRef> leaves = new ArrayList<>();
      reader.leaves().forEachRemaining(leaves::add);
      StretchPlanner planner = new StretchPlanner(leaves, STRETCH_ROWS);
      for (Iterator<String> level : reader.changed()) {
        planner.add(level);
      }
      return new CompactionPlan(
          root.number(),
          root.runs().size(),
          planner.stretches(),
          dead,
          Accounts.hasChores(usage, root) || copies.isDue(drives, root));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether a compaction would change anything. */
  public boolean hasWork() {
    return runs > 0 || !stretches.isEmpty() || deadSegments > 0 || hasChores;
  }
}
