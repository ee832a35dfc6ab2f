package io.basalt.storage.drive;

import java.io.IOException;

/** The device failed, hangs or is not the drive it should be: leave it out, use another copy. */
public sealed class DriveUnavailableException extends IOException permits MisplacedDriveException {
  private static final long serialVersionUID = 1;

  private final String reason;

  public DriveUnavailableException(String drive, String what, Throwable cause) {
    super("drive " + drive + ": " + what, cause);
    this.reason = what;
  }

  /** What is wrong, without the drive's name. */
  public String reason() {
    return reason;
  }
}
