package io.basalt.storage.run;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.tree.PathBounds;
import java.io.IOException;

/** A run on its way to two drives, and what a root then says of it. */
final class StoredRun {
  private StoredRun() {}

  /**
   * Writes a run, forced on two drives.
   *
   * @param what names it in the sentence for want of room
   * @param name without directory and suffix
   * @return a reference that is short however long the paths are, since a root must stay small
   */
  static RunRef write(MirroredFiles files, String what, String name, EncodedTable run)
      throws IOException {
    FileRef file = files.writeTwice(what, "runs/" + name + ".parquet", run.bytes());
    return new RunRef(
        file, run.rows(), PathBounds.lower(run.minPath()), PathBounds.upper(run.maxPath()));
  }
}
