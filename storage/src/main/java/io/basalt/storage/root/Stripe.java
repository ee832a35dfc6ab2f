package io.basalt.storage.root;

import java.util.List;

/**
 * An erasure-coded stripe: {@code dataStrips} files of user bytes and {@code parityStrips} of
 * parity, each on a drive of its own; written once.
 *
 * @param id {@code <attempt>-<worker>-<n>}
 * @param stripBytes user bytes per strip, a multiple of {@link #BLOCK_BYTES}
 * @param drives of the data strips in order, then of the parity strips
 */
public record Stripe(
    String id, int dataStrips, int parityStrips, long stripBytes, List<String> drives) {
  /** Unit of a strip's checksums, and of its length. */
  public static final int BLOCK_BYTES = 64 << 10;

  public Stripe {
    drives = List.copyOf(drives);
    if (dataStrips < 1 || parityStrips < 1 || drives.size() != dataStrips + parityStrips) {
      throw new IllegalArgumentException(
          "stripe %s: %d+%d strips on %d drives"
              .formatted(id, dataStrips, parityStrips, drives.size()));
    }
    if (stripBytes < 1 || stripBytes % BLOCK_BYTES != 0) {
      throw new IllegalArgumentException("stripe %s: strips of %d bytes".formatted(id, stripBytes));
    }
  }

  public int strips() {
    return dataStrips + parityStrips;
  }

  /** User bytes that it can hold. */
  public long dataBytes() {
    return dataStrips * stripBytes;
  }

  /** Name of a strip's file on its drive. */
  public String fileName(int strip) {
    return "stripes/" + id + "-" + strip;
  }
}
