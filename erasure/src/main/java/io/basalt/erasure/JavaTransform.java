package io.basalt.erasure;

import java.util.Arrays;

/** The product in plain Java, by a table of all products. */
final class JavaTransform implements Transform {
  /**
   * Bytes in flight per thread and array; small enough for the first-level cache beside a row of
   * the table.
   */
  private static final int BLOCK = 4096;

  private static final ThreadLocal<byte[][]> BLOCKS =
      ThreadLocal.withInitial(() -> new byte[2][BLOCK]);

  private final Matrix matrix;
  private final int[] order;

  JavaTransform(Matrix matrix, int[] order) {
    this.matrix = matrix;
    this.order = order;
  }

  @Override
  public void apply(StripBuffers strips, int offset, int length) {
    checkDistinct(strips);
    byte[][] blocks = BLOCKS.get();
    for (int from = 0; from < length; from += BLOCK) {
      int size = Math.min(BLOCK, length - from);
      for (int row = 0; row < matrix.rows(); row++) {
        sum(strips, row, offset + from, size, blocks);
        strips.buffer(order[matrix.columns() + row]).put(offset + from, blocks[1], 0, size);
      }
    }
  }

  /** Java does not see addresses, so of all overlaps only the plain one is noticed here. */
  @SuppressWarnings("ReferenceEquality")
  private void checkDistinct(StripBuffers strips) {
    for (int target = matrix.columns(); target < order.length; target++) {
      for (int other = 0; other < target; other++) {
        if (strips.buffer(order[target]) == strips.buffer(order[other])) {
          throw new IllegalArgumentException(StripBuffers.OVERLAP);
        }
      }
    }
  }

  private void sum(StripBuffers strips, int row, int position, int size, byte[][] blocks) {
    byte[] source = blocks[0];
    byte[] sum = blocks[1];
    Arrays.fill(sum, 0, size, (byte) 0);
    byte[] products = GaloisField.table();
    for (int column = 0; column < matrix.columns(); column++) {
      int ofCoefficient = matrix.at(row, column) << 8;
      if (ofCoefficient == 0) {
        continue;
      }
      strips.buffer(order[column]).get(position, source, 0, size);
      for (int i = 0; i < size; i++) {
        sum[i] ^= products[ofCoefficient | (source[i] & 0xff)];
      }
    }
  }
}
