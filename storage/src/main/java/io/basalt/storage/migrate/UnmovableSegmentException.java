package io.basalt.storage.migrate;

import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * A segment cannot be read and checked: the stripe is made without it, and it stays where it is.
 */
final class UnmovableSegmentException extends IOException {
  private static final long serialVersionUID = 1;
  private final String segment;

  /**
   * A segment that stays.
   *
   * @param cause what the first mirror that was asked answered; null if none could be asked
   */
  UnmovableSegmentException(SegmentLocation segment, IOException cause) {
    super(
        "segment %s stays on %s, it cannot be read and checked: %s"
            .formatted(
                segment.segment(),
                segment.mirrors(),
                cause == null ? "none of these drives answers" : reason(cause)),
        cause);
    this.segment = segment.segment();
  }

  String segment() {
    return segment;
  }

  /** What went wrong, as a part of a sentence. */
  static String reason(IOException failure) {
    return failure instanceof NoSuchFileException missing
        ? "file " + missing.getFile() + " is missing"
        : failure.getMessage();
  }
}
