package io.basalt.erasure;

/**
 * A matrix, ready to be multiplied with columns of bytes of certain strips by some kernel. Safe
 * from many threads.
 */
interface Transform {

  /** Multiplies. The arguments have been checked by the caller. */
  void apply(StripBuffers strips, int offset, int length);

  /**
   * Prepares a matrix for a kernel that this machine has.
   *
   * @param order the strips that are the matrix's columns (sources), then its rows (targets)
   */
  static Transform of(Kernel kernel, Matrix matrix, int[] order) {
    return kernel.isNative()
        ? new NativeTransform(kernel, matrix, order)
        : new JavaTransform(matrix, order);
  }
}
