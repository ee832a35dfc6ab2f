package io.basalt.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C of bytes that are read in pieces and in any order. A checksum is a polynomial over GF(2)
 * modulo Castagnoli's, its lowest power in the highest bit; bytes that follow multiply it by {@code
 * x} to the power of their bits. So the checksum of a whole is the sum of its pieces', each {@link
 * #shifted} by the bytes behind it.
 */
public final class Crc32c {
  private static final int POLYNOMIAL = 0x82f63b78;
  private static final int ONE = 1 << 31;

  /** At i: x to the power of 2 to the i. */
  private static final int[] POWERS = powers();

  private Crc32c() {}

  private static int[] powers() {
    int[] powers = new int[64];
    powers[0] = ONE >>> 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = multiply(powers[i - 1], powers[i - 1]);
    }
    return powers;
  }

  /** Of the remaining bytes; the position does not move. */
  public static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  public static int of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  /** What bytes with this checksum contribute to that of a whole in which so many follow. */
  public static int shifted(int crc, long followingBytes) {
    int factor = ONE;
    int power = 3;
    for (long left = followingBytes; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        factor = multiply(POWERS[power], factor);
      }
      power++;
    }
    return multiply(factor, crc);
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int term = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= term;
      }
      term = (term & 1) != 0 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1;
    }
    return product;
  }
}
