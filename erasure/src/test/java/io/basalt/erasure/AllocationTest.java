package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoding and decoding leave nothing behind for the collector. */
class AllocationTest {
  private static final int CALLS = 2000;

  static List<Kernel> kernels() {
    return ParityTest.kernels().toList();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void aCallAllocatesNothing(Kernel kernel) {
    Geometry geometry = new Geometry(8, 3);
    ErasureCode code = MatrixCode.open(geometry, List.of(kernel));
    StripBuffers strips = StripBuffers.of(Stripes.random(geometry, 256, 1));
    StripSet lost = StripSet.of(2, 9);
    Runnable call =
        () -> {
          code.encode(strips, 0, 256);
          code.decode(strips, lost, 0, 256);
        };
    call.run();
    assertThat(allocated(call) / CALLS).isLessThan(16);
  }

  private static long allocated(Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
