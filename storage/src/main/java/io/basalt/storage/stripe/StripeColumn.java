package io.basalt.storage.stripe;

import java.nio.ByteBuffer;

/**
 * The same range of all data strips of a stripe in memory, whether they were read or computed.
 * Unchecked: for a caller who has checksums of what it takes.
 */
public interface StripeColumn {
  /** Bytes of a data strip, from {@code at} of the column on; good until the release. */
  ByteBuffer slice(int strip, int at, int length);

  /** Ends the use of the column; called once, by whoever reads no slice of it any more. */
  void release();
}
