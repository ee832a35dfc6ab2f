package io.basalt.erasure;

/**
 * reed_sol_van once more, sharing nothing with the code under test: logarithms instead of products,
 * and the matrix by column operations as in the paper instead of by an inverse.
 */
final class ReferenceCode {
  private static final int[] LOG = new int[256];
  private static final int[] POWER = new int[510];

  static {
    int value = 1;
    for (int i = 0; i < 255; i++) {
      POWER[i] = value;
      POWER[i + 255] = value;
      LOG[value] = i;
      value <<= 1;
      if (value > 255) {
        value ^= 0x11d;
      }
    }
  }

  private final int k;
  private final int m;
  private final int[][] rows;

  ReferenceCode(int k, int m) {
    this.k = k;
    this.m = m;
    this.rows = distribution(k, m);
  }

  static int multiply(int a, int b) {
    return a == 0 || b == 0 ? 0 : POWER[LOG[a] + LOG[b]];
  }

  static int divide(int a, int b) {
    return a == 0 ? 0 : POWER[LOG[a] + 255 - LOG[b]];
  }

  int coefficient(int parity, int data) {
    return rows[k + parity][data];
  }

  byte[][] parity(byte[][] data) {
    int length = data[0].length;
    byte[][] parity = new byte[m][length];
    for (int row = 0; row < m; row++) {
      for (int column = 0; column < k; column++) {
        int coefficient = coefficient(row, column);
        for (int i = 0; i < length; i++) {
          parity[row][i] ^= (byte) multiply(coefficient, data[column][i] & 0xff);
        }
      }
    }
    return parity;
  }

  private static int[][] distribution(int k, int m) {
    int[][] d = new int[k + m][k];
    d[0][0] = 1;
    d[k + m - 1][k - 1] = 1;
    for (int i = 1; i < k + m - 1; i++) {
      int power = 1;
      for (int j = 0; j < k; j++) {
        d[i][j] = power;
        power = multiply(power, i);
      }
    }
    for (int i = 1; i < k; i++) {
      scaleColumn(d, i, divide(1, d[i][i]), 0);
      for (int j = 0; j < k; j++) {
        int e = d[i][j];
        if (j != i && e != 0) {
          for (int[] row : d) {
            row[j] ^= multiply(e, row[i]);
          }
        }
      }
    }
    for (int j = 0; j < k; j++) {
      scaleColumn(d, j, divide(1, d[k][j]), k);
    }
    for (int i = k + 1; i < k + m; i++) {
      int first = d[i][0];
      for (int j = 0; j < k; j++) {
        d[i][j] = divide(d[i][j], first);
      }
    }
    return d;
  }

  private static void scaleColumn(int[][] d, int column, int factor, int fromRow) {
    for (int i = fromRow; i < d.length; i++) {
      d[i][column] = multiply(d[i][column], factor);
    }
  }
}
