package io.basalt.storage.migrate;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.root.RootBuilder;

/**
 * Moves the segments of one stripe in the location map. Expects its migration to be live and the
 * files of the map that were merged to be there still: they say where the plan saw the segments, so
 * of two that move a segment one wins.
 *
 * @param run attempt of the migration, in the name of the strips
 * @param committer attempt that wrote the map file
 */
record MigrateChange(Attempt run, Attempt committer, LocationMapWriter.Written map)
    implements Change {
  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    MigrateAttempts.join(next, run, committer);
    map.apply(next);
  }
}
