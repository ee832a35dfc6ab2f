package io.basalt.erasure;

import java.nio.ByteBuffer;
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

  JavaTransform(Matrix matrix) {
    this.matrix = matrix;
  }

  @Override
  public void apply(ByteBuffer[] strips, int[] order, int offset, int length) {
    checkDistinct(strips, order);
    byte[][] blocks = BLOCKS.get();
    for (int from = 0; from < length; from += BLOCK) {
      int size = Math.min(BLOCK, length - from);
      for (int row = 0; row < matrix.rows(); row++) {
        sum(strips, order, row, offset + from, size, blocks);
        strips[order[matrix.columns() + row]].put(offset + from, blocks[1], 0, size);
      }
    }
  }

  /** Java does not see addresses, so of all overlaps only the plain one is noticed here. */
  @SuppressWarnings("ReferenceEquality")
  private void checkDistinct(ByteBuffer[] strips, int[] order) {
    for (int target = matrix.columns(); target < order.length; target++) {
      for (int other = 0; other < target; other++) {
        if (strips[order[target]] == strips[order[other]]) {
          throw new IllegalArgumentException(StripCheck.OVERLAP);
        }
      }
    }
  }

  private void sum(
      ByteBuffer[] strips, int[] order, int row, int position, int size, byte[][] blocks) {
    byte[] source = blocks[0];
    byte[] sum = blocks[1];
    Arrays.fill(sum, 0, size, (byte) 0);
    byte[] products = GaloisField.table();
    for (int column = 0; column < matrix.columns(); column++) {
      int ofCoefficient = matrix.at(row, column) << 8;
      if (ofCoefficient == 0) {
        continue;
      }
      strips[order[column]].get(position, source, 0, size);
      for (int i = 0; i < size; i++) {
        sum[i] ^= products[ofCoefficient | (source[i] & 0xff)];
      }
    }
  }
}
