package io.basalt.erasure;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks the fastest kernel for a shape by trying each on a small stripe. Which one that is depends
 * on the processor, on the library's version and on the shape, so it is measured, once per process,
 * shape and choice.
 */
final class KernelMeasurement {
  private static final Logger LOG = LoggerFactory.getLogger(KernelMeasurement.class);

  /** Enough for a stable order, little enough for a few milliseconds at any width. */
  private static final int STRIPE_BYTES = 2 << 20;

  /** The shortest counts: what disturbs only makes a round longer. */
  private static final int ROUNDS = 6;

  /** A shape, and the kernels that are measured for it. */
  private record Contest(int k, int rows, List<Kernel> kernels) {}

  private static final Map<Contest, Kernel> WINNERS = new ConcurrentHashMap<>();

  private KernelMeasurement() {}

  /** The fastest of these kernels for matrices of {@code rows} x {@code k}. */
  static Kernel fastest(int k, int rows, List<Kernel> kernels) {
    return kernels.size() == 1
        ? kernels.get(0)
        : WINNERS.computeIfAbsent(new Contest(k, rows, kernels), KernelMeasurement::measure);
  }

  private static Kernel measure(Contest contest) {
    int width = contest.k + contest.rows;
    int length = Math.max(4096, STRIPE_BYTES / width & -4096);
    ByteBuffer[] slices = new ByteBuffer[width];
    ByteBuffer memory = ByteBuffer.allocateDirect(width * length);
    for (int i = 0; i < width; i++) {
      slices[i] = memory.slice(i * length, length);
    }
    StripBuffers strips = StripBuffers.of(slices);
    Map<Kernel, Transform> transforms = new LinkedHashMap<>();
    contest.kernels.forEach(kernel -> transforms.put(kernel, transform(kernel, contest)));
    Map<Kernel, Long> nanos = new EnumMap<>(Kernel.class);
    // In turns, so that what disturbs does not meet one kernel alone.
    for (int round = 0; round < ROUNDS; round++) {
      transforms.forEach(
          (kernel, transform) -> nanos.merge(kernel, time(transform, strips, length), Math::min));
    }
    Kernel fastest = contest.kernels.stream().min(Comparator.comparing(nanos::get)).orElseThrow();
    long bytes = (long) contest.k * length;
    LOG.info(
        "erasure kernel for {} sources and {} targets is {} ({} of source bytes)",
        contest.k,
        contest.rows,
        fastest,
        contest.kernels.stream()
            .map(kernel -> "%s %.1f GB/s".formatted(kernel, bytes / (double) nanos.get(kernel)))
            .collect(Collectors.joining(", ")));
    return fastest;
  }

  private static Transform transform(Kernel kernel, Contest contest) {
    byte[] cells = new byte[contest.rows * contest.k];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (byte) (2 + i % 253);
    }
    int[] order = IntStream.range(0, contest.k + contest.rows).toArray();
    return Transform.of(kernel, new Matrix(contest.rows, contest.k, cells), order);
  }

  private static long time(Transform transform, StripBuffers strips, int length) {
    long start = System.nanoTime();
    transform.apply(strips, 0, length);
    return System.nanoTime() - start;
  }
}
