package io.basalt.storage.rewrite;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * When segments on SCM drives were last written or read, by id, in milliseconds since the epoch;
 * what is copied out of them is as cold as they were. Looked up before they are read for that.
 */
public final class LastUses {
  private static final String SEGMENTS = "segments";

  private LastUses() {}

  /** Those of all mirrors that answer, the latest of each segment. */
  public static Map<String, Long> of(DriveSet drives) throws InterruptedIOException {
    Map<String, Long> uses = new HashMap<>();
    for (DriveInfo drive : drives.available(Tier.SCM)) {
      try {
        for (StoredFile file : drives.call(drive.id(), d -> d.list(SEGMENTS))) {
          uses.merge(file.name().substring(SEGMENTS.length() + 1), file.usedMillis(), Math::max);
        }
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException away) {
        // The other mirror tells as well.
        continue;
      }
    }
    return uses;
  }
}
