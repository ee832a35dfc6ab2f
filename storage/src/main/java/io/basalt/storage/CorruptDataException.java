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

  /** Bytes from a position on whose CRC32C is not the one that was stored with them. */
  public static CorruptDataException checksum(
      String drive, String file, long position, int expected, int found) {
    return new CorruptDataException(
        drive, file, position, "CRC32C %08x".formatted(expected), "%08x".formatted(found));
  }
}
