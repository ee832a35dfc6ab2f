package io.basalt.storage.verify;

import java.util.Locale;

/**
 * Something that is not as it should be.
 *
 * @param drive id of the drive that is at fault, or empty if it is no single drive's
 * @param file name on the drive, or empty if it is no single file's
 * @param what one sentence
 */
public record Problem(Kind kind, String drive, String file, String what) {
  /** What is damaged. */
  public enum Kind {
    DRIVE,
    ROOT,
    LOCATION_MAP,
    RUN,
    SEGMENT,
    SHARD,
    STRIPE,
    TREE,
    COPY,
    POSITION,
    UNREFERENCED;

    /** As listings and JSON show it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public String toString() {
    return String.join(" ", kind.label(), drive, file + ":", what);
  }
}
