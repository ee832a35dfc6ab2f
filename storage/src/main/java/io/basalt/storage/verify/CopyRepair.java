package io.basalt.storage.verify;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes damaged copies of immutable files anew, under their names, from copies that are intact. A
 * stop leaves a copy damaged, as it was; readers check every byte and take the other meanwhile.
 */
public final class CopyRepair {
  private static final Logger LOG = LoggerFactory.getLogger(CopyRepair.class);

  private final DriveSet drives;
  private final MirroredFiles mirrors;

  public CopyRepair(DriveSet drives) {
    this.drives = drives;
    this.mirrors = new MirroredFiles(drives);
  }

  /** Mends what a verification found; returns how many copies are intact now. */
  public int mend(List<DamagedCopy> damaged) throws InterruptedIOException {
    int mended = 0;
    for (DamagedCopy copy : damaged) {
      if (drives.isUnavailable(copy.drive())) {
        continue;
      }
      try {
        DriveSet.await(mirrors.put(copy.drive(), copy.file(), mirrors.read(copy.file())));
        mended++;
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException failed) {
        LOG.warn(
            "{} of drive {} stays damaged: {}",
            copy.file().name(),
            copy.drive(),
            failed.toString());
      }
    }
    return mended;
  }
}
