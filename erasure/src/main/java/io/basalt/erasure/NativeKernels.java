package io.basalt.erasure;

import java.nio.ByteBuffer;

/**
 * The functions of the JNI library; callable once {@link NativeLibrary} has loaded it. They answer
 * with the statuses of {@code kernels.h}, check all that could hurt the process, and throw nothing.
 */
final class NativeKernels {
  private static final int OK = 0;
  private static final int BAD_SHAPE = 1;
  private static final int NOT_DIRECT = 2;
  private static final int OUT_OF_BOUNDS = 3;
  private static final int MISALIGNED = 4;
  private static final int OVERLAP = 5;
  private static final int NO_MEMORY = 6;
  private static final int UNAVAILABLE = 7;

  private NativeKernels() {}

  static native boolean available(int kernel);

  static native int codingMatrix(int k, int m, byte[] matrix);

  static native int tablesBytes(int kernel, int k, int rows);

  static native int prepare(int kernel, int k, int rows, byte[] matrix, ByteBuffer tables);

  /** Where a direct buffer begins; 0 for another one. */
  static native long address(ByteBuffer buffer);

  /**
   * The product.
   *
   * @param places address and length of each strip, in turns; their memory must stay reachable
   * @param order which of them are the sources, then the targets
   */
  static native int apply(
      int kernel,
      int k,
      int rows,
      ByteBuffer tables,
      long[] places,
      int[] order,
      int offset,
      int length);

  /** Turns a status into an exception. */
  static void check(int status) {
    if (status != OK) {
      throw failure(status);
    }
  }

  private static RuntimeException failure(int status) {
    return switch (status) {
      case BAD_SHAPE -> new IllegalStateException("the native library refuses the code's shape");
      case NOT_DIRECT -> new IllegalArgumentException(StripBuffers.NOT_DIRECT);
      case OUT_OF_BOUNDS -> new IllegalArgumentException("a strip is shorter than offset + length");
      case MISALIGNED -> new IllegalArgumentException(StripBuffers.MISALIGNED);
      case OVERLAP -> new IllegalArgumentException(StripBuffers.OVERLAP);
      case NO_MEMORY -> new IllegalStateException("the native library got no memory");
      case UNAVAILABLE -> new IllegalStateException("the native library lacks this kernel");
      default -> new IllegalStateException("the native library failed with status " + status);
    };
  }
}
