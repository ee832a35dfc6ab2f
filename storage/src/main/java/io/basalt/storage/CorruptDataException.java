package io.basalt.storage;

import java.io.IOException;

/** Stored bytes are not what was written: use the other copy. */
public final class CorruptDataException extends IOException {
  private static final long serialVersionUID = 1;

  public CorruptDataException(
      String drive, String file, long position, String expected, String found) {
    super(
        "drive %s, file %s, byte %d: expected %s, found %s"
            .formatted(drive, file, position, expected, found));
  }
}
