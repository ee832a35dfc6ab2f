package io.basalt.storage.stripe;

import io.basalt.storage.root.Stripe;

/**
 * Where things stand in the files of a stripe. All positions follow from the stripe alone, so that
 * bytes and checksums are found without reading anything else first:
 *
 * <pre>
 *  0                              header, padded with zeros
 *  4096                           the strip, stripBytes
 *  4096 + stripBytes              checksums of the strip's own blocks
 *                                 parity strips only: checksums of data strips 0 to k-1
 *  after the last checksums       directory, to the end of the file
 * </pre>
 */
final class StripLayout {
  static final int HEADER_BYTES = 4096;

  private StripLayout() {}

  static int blocks(Stripe stripe) {
    return Math.toIntExact(stripe.stripBytes() / Stripe.BLOCK_BYTES);
  }

  /** File position of a byte of a strip. */
  static long position(long inStrip) {
    return HEADER_BYTES + inStrip;
  }

  /** File position of a block of a strip. */
  static long blockPosition(int block) {
    return position((long) block * Stripe.BLOCK_BYTES);
  }

  /** File position of the checksums of a strip's own blocks. */
  static long checksumPosition(Stripe stripe) {
    return position(stripe.stripBytes());
  }

  /** File position, in a parity strip, of the checksums of a data strip. */
  static long checksumPosition(Stripe stripe, int dataStrip) {
    return checksumPosition(stripe) + (1L + dataStrip) * BlockChecksums.bytes(blocks(stripe));
  }

  /** File position of the directory of a strip, which ends with the file. */
  static long directoryPosition(Stripe stripe, int strip) {
    int tables = strip < stripe.dataStrips() ? 1 : 1 + stripe.dataStrips();
    return checksumPosition(stripe) + (long) tables * BlockChecksums.bytes(blocks(stripe));
  }
}
