package io.basalt.benchmarks;

import java.util.Locale;

/** Bytes or things over time. */
record Rate(String what, double amount, long nanos) {
  static Rate of(String what, double amount, long startNanos) {
    return new Rate(what, amount, System.nanoTime() - startNanos);
  }

  double perSecond() {
    return amount * 1e9 / nanos;
  }

  /** One line, in MB/s, beside a roof. */
  String besides(Rate roof) {
    return String.format(
        Locale.ROOT,
        "%-44s %8.1f MB/s   %5.2f x %s",
        what,
        perSecond() / 1e6,
        perSecond() / roof.perSecond(),
        roof.what);
  }
}
