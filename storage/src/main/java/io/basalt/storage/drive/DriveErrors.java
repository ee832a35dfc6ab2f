package io.basalt.storage.drive;

import io.basalt.storage.UnsupportedFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/**
 * Sorts the errors of a file system: those that the caller caused or expects pass, no room is
 * {@link DriveFullException}, and all others mean that the device fails.
 */
final class DriveErrors {
  private final String drive;

  DriveErrors(String drive) {
    this.drive = drive;
  }

  IOException sort(String what, IOException error) {
    if (error instanceof DriveFullException
        || error instanceof DriveUnavailableException
        || error instanceof FileAlreadyExistsException
        || error instanceof NoSuchFileException
        || error instanceof EOFException
        || error instanceof ClosedChannelException
        || error instanceof UnsupportedFormatException) {
      return error;
    }
    String message = String.valueOf(error.getMessage());
    if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
      DriveFullException full = new DriveFullException(drive, what + ": no space left on device");
      full.initCause(error);
      return full;
    }
    if (message.contains("Too many open files")) {
      return new IOException(
          "drive %s, %s: too many open files; raise the limit (ulimit -n)".formatted(drive, what),
          error);
    }
    return new DriveUnavailableException(drive, what + " failed: " + message, error);
  }
}
