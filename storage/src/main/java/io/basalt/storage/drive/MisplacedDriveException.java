package io.basalt.storage.drive;

/** The directory of a drive holds another drive of the same store, so two mounts are swapped. */
final class MisplacedDriveException extends DriveUnavailableException {
  private static final long serialVersionUID = 1;

  MisplacedDriveException(String drive, String reason) {
    super(drive, reason, null);
  }
}
