package io.basalt.erasure;

/**
 * Arithmetic in GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1 (0x11d), the field of gf-complete and
 * ISA-L. Addition is exclusive or.
 */
final class GaloisField {
  static final int SIZE = 256;
  private static final int POLYNOMIAL = 0x11d;

  /** PRODUCTS[a * 256 + b] is the product of a and b. */
  private static final byte[] PRODUCTS = products();

  private static final int[] INVERSES = inverses();

  private GaloisField() {}

  static int multiply(int a, int b) {
    return PRODUCTS[a << 8 | b] & 0xff;
  }

  /** The table of products, row {@code a} beginning at {@code a * 256}; not to be written. */
  static byte[] table() {
    return PRODUCTS;
  }

  static int inverse(int a) {
    if (a == 0) {
      throw new ArithmeticException("zero has no inverse");
    }
    return INVERSES[a];
  }

  static int power(int a, int exponent) {
    int result = 1;
    for (int i = 0; i < exponent; i++) {
      result = multiply(result, a);
    }
    return result;
  }

  private static byte[] products() {
    byte[] products = new byte[SIZE * SIZE];
    for (int a = 0; a < SIZE; a++) {
      for (int b = 0; b < SIZE; b++) {
        int product = 0;
        int shifted = a;
        for (int rest = b; rest != 0; rest >>= 1) {
          product ^= (rest & 1) == 0 ? 0 : shifted;
          shifted = shifted << 1 ^ (shifted >= 0x80 ? POLYNOMIAL : 0);
        }
        products[a << 8 | b] = (byte) product;
      }
    }
    return products;
  }

  private static int[] inverses() {
    int[] inverses = new int[SIZE];
    for (int a = 1; a < SIZE; a++) {
      for (int b = 1; b < SIZE; b++) {
        if (multiply(a, b) == 1) {
          inverses[a] = b;
        }
      }
    }
    return inverses;
  }
}
