package io.basalt.storage.compact;

import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.copy.NeededFiles;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;

/** Makes sweepers that know where all files of a root stand. */
public final class Sweeps {
  private Sweeps() {}

  public static Sweeper of(DriveSet drives, int rootCopies) {
    MirroredFiles mirrors = new MirroredFiles(drives);
    return new Sweeper(
        drives,
        rootCopies,
        head -> LocationMap.load(mirrors, head).places(),
        roots -> NeededFiles.of(mirrors, roots));
  }
}
