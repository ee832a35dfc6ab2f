package io.basalt.storage.drive;

import java.io.IOException;

/** No room on the drive: wait for migration or compaction, or choose another drive. */
public final class DriveFullException extends IOException {
  private static final long serialVersionUID = 1;

  public DriveFullException(String drive, String what) {
    super("drive " + drive + " is full: " + what);
  }
}
