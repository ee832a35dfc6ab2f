package io.basalt.erasure;

/** A small immutable matrix over GF(2^8), kept row by row, one byte a cell. */
final class Matrix {
  private final int rows;
  private final int columns;
  private final byte[] cells;

  Matrix(int rows, int columns, byte[] cells) {
    if (cells.length != rows * columns) {
      throw new IllegalStateException(
          "%d cells do not make a matrix of %d x %d".formatted(cells.length, rows, columns));
    }
    this.rows = rows;
    this.columns = columns;
    this.cells = cells.clone();
  }

  /**
   * The coding matrix of jerasure's {@code reed_sol_van}: from the extended Vandermonde matrix
   * (Plank and Ding, "Note: Correction to the 1997 Tutorial on Reed-Solomon Coding", 2003), made
   * systematic, then scaled so that the first row and the first column are ones.
   */
  static Matrix coding(Geometry geometry) {
    int k = geometry.k();
    int m = geometry.m();
    Matrix top = vandermonde(geometry, 0, k);
    Matrix bottom = vandermonde(geometry, k, m);
    Matrix systematic = bottom.times(top.inverse());
    byte[] scaled = new byte[m * k];
    for (int column = 0; column < k; column++) {
      int ofColumn = GaloisField.inverse(systematic.at(0, column));
      for (int row = 0; row < m; row++) {
        scaled[row * k + column] =
            (byte) GaloisField.multiply(systematic.at(row, column), ofColumn);
      }
    }
    for (int row = 1; row < m; row++) {
      int ofRow = GaloisField.inverse(scaled[row * k] & 0xff);
      for (int column = 0; column < k; column++) {
        int cell = scaled[row * k + column] & 0xff;
        scaled[row * k + column] = (byte) GaloisField.multiply(cell, ofRow);
      }
    }
    return new Matrix(m, k, scaled);
  }

  /**
   * Rows of the extended Vandermonde matrix: powers of the row's number; the last row is the last
   * unit vector.
   */
  private static Matrix vandermonde(Geometry geometry, int from, int count) {
    int k = geometry.k();
    byte[] cells = new byte[count * k];
    for (int row = 0; row < count; row++) {
      boolean last = from + row == geometry.width() - 1;
      for (int column = 0; column < k; column++) {
        int cell = last ? (column == k - 1 ? 1 : 0) : GaloisField.power(from + row, column);
        cells[row * k + column] = (byte) cell;
      }
    }
    return new Matrix(count, k, cells);
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  int at(int row, int column) {
    return cells[row * columns + column] & 0xff;
  }

  /** The cells row by row; the array is the caller's. */
  byte[] cells() {
    return cells.clone();
  }

  Matrix times(Matrix other) {
    byte[] product = new byte[rows * other.columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < other.columns; column++) {
        int sum = 0;
        for (int i = 0; i < columns; i++) {
          sum ^= GaloisField.multiply(at(row, i), other.at(i, column));
        }
        product[row * other.columns + column] = (byte) sum;
      }
    }
    return new Matrix(rows, other.columns, product);
  }

  /** Gauss and Jordan. */
  Matrix inverse() {
    int[][] left = new int[rows][rows];
    int[][] right = new int[rows][rows];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < rows; column++) {
        left[row][column] = at(row, column);
      }
      right[row][row] = 1;
    }
    for (int pivot = 0; pivot < rows; pivot++) {
      int row = rowWith(left, pivot);
      swap(left, row, pivot);
      swap(right, row, pivot);
      int factor = GaloisField.inverse(left[pivot][pivot]);
      scale(left[pivot], factor);
      scale(right[pivot], factor);
      for (int other = 0; other < rows; other++) {
        int cell = left[other][pivot];
        if (other != pivot && cell != 0) {
          add(left[other], left[pivot], cell);
          add(right[other], right[pivot], cell);
        }
      }
    }
    byte[] inverse = new byte[rows * rows];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (byte) right[i / rows][i % rows];
    }
    return new Matrix(rows, rows, inverse);
  }

  private static int rowWith(int[][] left, int pivot) {
    for (int row = pivot; row < left.length; row++) {
      if (left[row][pivot] != 0) {
        return row;
      }
    }
    throw new IllegalStateException("a decoding matrix is singular: the code is not MDS");
  }

  private static void swap(int[][] matrix, int a, int b) {
    int[] row = matrix[a];
    matrix[a] = matrix[b];
    matrix[b] = row;
  }

  private static void scale(int[] row, int factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] = GaloisField.multiply(row[i], factor);
    }
  }

  private static void add(int[] row, int[] other, int factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] ^= GaloisField.multiply(other[i], factor);
    }
  }

  /**
   * The matrix that gives the {@code wanted} strips of a code from its {@code sources}, one row a
   * wanted strip.
   *
   * @param coding the code's parity rows
   * @param sources {@code k} strips, in the order of the result's columns
   */
  static Matrix decoding(Matrix coding, int[] sources, int[] wanted) {
    return generator(coding, wanted).times(generator(coding, sources).inverse());
  }

  /**
   * The rows that make these strips from the data: unit vectors for data, the coding matrix's rows
   * for parity.
   */
  private static Matrix generator(Matrix coding, int[] strips) {
    int k = coding.columns;
    byte[] cells = new byte[strips.length * k];
    for (int row = 0; row < strips.length; row++) {
      if (strips[row] < k) {
        cells[row * k + strips[row]] = 1;
      } else {
        System.arraycopy(coding.cells, (strips[row] - k) * k, cells, row * k, k);
      }
    }
    return new Matrix(strips.length, k, cells);
  }
}
