package io.basalt.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** How long each of some equal steps took. */
final class Samples {
  private final long[] sortedNanos;

  private Samples(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  static Samples of(int times, Step step) throws Exception {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      step.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return new Samples(nanos);
  }

  /** What a share of the steps did not exceed. */
  double millis(double share) {
    return sortedNanos[(int) (share * (sortedNanos.length - 1))] / 1e6;
  }

  double ratio(Samples other, double share) {
    return millis(share) / other.millis(share);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "p50 %.2f ms, p99 %.2f ms", millis(0.5), millis(0.99));
  }
}
