package io.basalt.erasure;

import java.nio.ByteBuffer;

/**
 * A matrix, ready to be multiplied with columns of bytes by some kernel. Safe from many threads.
 */
interface Transform {

  /**
   * Multiplies. The arguments have been checked by the caller.
   *
   * @param strips direct buffers; only those that {@code order} names are used
   * @param order the places in {@code strips} of the matrix's columns (sources), then of its rows
   *     (targets)
   */
  void apply(ByteBuffer[] strips, int[] order, int offset, int length);

  /** Prepares a matrix for a kernel that this machine has. */
  static Transform of(Kernel kernel, Matrix matrix) {
    return kernel.isNative() ? new NativeTransform(kernel, matrix) : new JavaTransform(matrix);
  }
}
