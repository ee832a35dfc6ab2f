package io.basalt.storage.stripe;

import io.basalt.storage.root.SegmentLocation;

/**
 * A segment and where its packed bytes, [0, dataEnd) and then [indexStart, size), begin in the data
 * of a stripe. Bytes.
 */
public record PackedSegment(SegmentLocation segment, long offset) {
  public PackedSegment {
    if (offset < 0) {
      throw new IllegalArgumentException(segment.segment() + " at offset " + offset);
    }
  }

  /** Where its packed bytes end in the data of the stripe. */
  public long end() {
    return offset + segment.packedBytes();
  }
}
