package io.basalt.storage.rewrite;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.TreeTop;
import java.util.Optional;

/**
 * Puts leaves with new places in place of those that a compaction left, and the new segments into
 * the location map. Expects these leaves, the map files that were rewritten, and its attempt to be
 * live. What ingest and migrate added or moved meanwhile stays: nothing of it refers to a sparse
 * segment but through these leaves.
 */
record RewriteChange(Attempt attempt, TreeTop before, TreeTop after, LocationMapWriter.Written map)
    implements Change {
  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    CompactionStart.requireLive(next, attempt);
    if (!next.tree().equals(Optional.of(before))) {
      throw new CommitConflictException("the leaves are no longer those that were rewritten");
    }
    map.apply(next);
    next.tree(Optional.of(after));
    CompactionStart.end(next, attempt);
  }
}
