package io.basalt.storage;

import java.io.IOException;

/** A stored file has a format version that this program does not know: use a newer Basalt. */
public final class UnsupportedFormatException extends IOException {
  private static final long serialVersionUID = 1;

  public UnsupportedFormatException(String file, int known, int found) {
    super(
        "%s has format version %d; this program reads up to %d: use a newer Basalt"
            .formatted(file, found, known));
  }
}
