package io.basalt.storage.stripe;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.root.Stripe;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The CRC32C of each block of one strip. Stored as one big-endian integer for each block, in order,
 * and then the CRC32C of these integers.
 */
final class BlockChecksums {
  private final int[] values;

  /** Checksums that are computed block by block. */
  BlockChecksums(int blocks) {
    values = new int[blocks];
  }

  /** Stored bytes of the checksums of so many blocks. */
  static int bytes(int blocks) {
    return Math.multiplyExact(Integer.BYTES, blocks + 1);
  }

  int blocks() {
    return values.length;
  }

  /** Computes those of whole blocks: the buffer's remaining bytes, whose position stays. */
  void compute(int first, ByteBuffer bytes) {
    for (int block = first, at = bytes.position(); at < bytes.limit(); block++) {
      values[block] = Crc32c.of(bytes.slice(at, Stripe.BLOCK_BYTES));
      at += Stripe.BLOCK_BYTES;
    }
  }

  /** The first of these blocks, from {@code from} on, that does not match, or -1. */
  int mismatch(int first, ByteBuffer bytes, int from) {
    for (int block = from; block < first + bytes.remaining() / Stripe.BLOCK_BYTES; block++) {
      int at = bytes.position() + (block - first) * Stripe.BLOCK_BYTES;
      if (values[block] != Crc32c.of(bytes.slice(at, Stripe.BLOCK_BYTES))) {
        return block;
      }
    }
    return -1;
  }

  /** Checks whole blocks: the buffer's remaining bytes; the names are for the error. */
  void require(int first, ByteBuffer bytes, String drive, String file) throws CorruptDataException {
    int bad = mismatch(first, bytes, first);
    if (bad >= 0) {
      int at = bytes.position() + (bad - first) * Stripe.BLOCK_BYTES;
      throw corrupt(drive, file, bad, bytes.slice(at, Stripe.BLOCK_BYTES));
    }
  }

  /** A sentence on a block that does not match. */
  CorruptDataException corrupt(String drive, String file, int block, ByteBuffer bytes) {
    return new CorruptDataException(
        drive,
        file,
        StripLayout.blockPosition(block),
        "CRC32C %08x of a block".formatted(values[block]),
        "%08x".formatted(Crc32c.of(bytes)));
  }

  void encode(ByteBuffer target) {
    int start = target.position();
    for (int value : values) {
      target.putInt(value);
    }
    target.putInt(Crc32c.of(target.slice(start, target.position() - start)));
  }

  /** Reads the stored checksums of so many blocks; the names and position are for the error. */
  static BlockChecksums decode(
      ByteBuffer bytes, int blocks, String drive, String file, long position)
      throws CorruptDataException {
    int found = Crc32c.of(bytes.slice(bytes.position(), bytes(blocks) - Integer.BYTES));
    BlockChecksums checksums = new BlockChecksums(blocks);
    for (int i = 0; i < blocks; i++) {
      checksums.values[i] = bytes.getInt();
    }
    int expected = bytes.getInt();
    if (found != expected) {
      throw new CorruptDataException(
          drive,
          file,
          position,
          "CRC32C %08x of the checksums".formatted(expected),
          "%08x".formatted(found));
    }
    return checksums;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockChecksums that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
