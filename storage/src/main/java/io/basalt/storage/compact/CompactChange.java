package io.basalt.storage.compact;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Puts new leaves in place of those of a root and of its runs. Expects the leaves and the runs that
 * were merged, its attempt to be live, and no publish of a dropped upload. What ingest and migrate
 * added meanwhile stays: runs and tails since the root, and segments where they are by now. The
 * attempt goes on: {@link FreeChange} ends it.
 *
 * @param before the leaves that were merged
 * @param merged the runs that stand in the new leaves
 * @param dropped an upload without a part since one of these may not be in the new leaves
 */
record CompactChange(
    Attempt attempt,
    Optional<TreeTop> before,
    TreeTop after,
    List<RunRef> merged,
    List<PartitionOffset> dropped)
    implements Change {
  CompactChange {
    merged = List.copyOf(merged);
    dropped = List.copyOf(dropped);
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    CompactionStart.requireLive(next, attempt);
    if (!next.tree().equals(before)) {
      throw new CommitConflictException("the leaves are no longer those that were merged");
    }
    requireNotPublished(next);
    List<RunRef> runs = new ArrayList<>(next.runs());
    if (!runs.containsAll(merged)) {
      throw new CommitConflictException("a run that was merged is no longer in the root");
    }
    runs.removeAll(new HashSet<>(merged));
    next.runs(runs);
    next.tree(Optional.of(after));
    if (!dropped.isEmpty()) {
      next.uploads(next.uploads().dropped(next.base().number(), dropped));
    }
  }

  /** A publish that was committed since the start stands above the leaves and needs its parts. */
  private void requireNotPublished(RootBuilder next) throws CommitConflictException {
    Optional<PartitionOffset> published = next.uploads().publishedBelow(dropped);
    if (published.isPresent()) {
      throw new CommitConflictException(
          "an upload begun at %s was published while it was to be dropped: compact anew"
              .formatted(published.get()));
    }
  }
}
