package io.basalt.erasure;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The product by a native kernel. The kernel's tables lie in a direct buffer, so that the collector
 * frees them when nobody can use them any more: there is no handle that could be used after its
 * end.
 */
final class NativeTransform implements Transform {
  private final Kernel kernel;
  private final int columns;
  private final int rows;
  private final int[] order;
  private final ByteBuffer tables;

  NativeTransform(Kernel kernel, Matrix matrix, int[] order) {
    this.kernel = kernel;
    this.columns = matrix.columns();
    this.rows = matrix.rows();
    this.order = order;
    this.tables =
        ByteBuffer.allocateDirect(NativeKernels.tablesBytes(kernel.number(), columns, rows));
    NativeKernels.check(
        NativeKernels.prepare(kernel.number(), columns, rows, matrix.cells(), tables));
  }

  @Override
  public void apply(StripBuffers strips, int offset, int length) {
    int status =
        NativeKernels.apply(
            kernel.number(), columns, rows, tables, strips.places(), order, offset, length);
    // Until here C knows addresses alone.
    Reference.reachabilityFence(strips);
    NativeKernels.check(status);
  }
}
