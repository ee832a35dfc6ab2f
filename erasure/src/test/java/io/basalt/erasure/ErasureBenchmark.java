package io.basalt.erasure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Encoding and decoding through JNI beside the same kernel called from C, plain jerasure and
 * memcpy, in one run. Build the C side first: {@code make -C erasure/src/main/c
 * TARGET=.../erasure/target bench}.
 *
 * <p>Arguments: the path of {@code kernel_bench}, then optionally seconds per figure. Rounds of
 * both sides alternate and the best of each counts, since other work on the machine only ever slows
 * a round down.
 */
final class ErasureBenchmark {
  private static final int[][] CODES = {{8, 2}, {10, 4}, {146, 4}};
  private static final int[] STRIP_BYTES = {64 << 10, 256 << 10};
  private static final int TURNS = 3;

  private final String bench;
  private final double seconds;

  private ErasureBenchmark(String bench, double seconds) {
    this.bench = bench;
    this.seconds = seconds;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    ErasureBenchmark benchmark =
        new ErasureBenchmark(args[0], args.length > 1 ? Double.parseDouble(args[1]) : 0.5);
    System.out.println(
        "GB/s of source bytes on one core\n"
            + "code    strip  kernel       jni    same in C  ratio  plain jerasure  ratio  memcpy"
            + "  decode 1  decode m");
    for (int[] code : CODES) {
      for (int bytes : STRIP_BYTES) {
        benchmark.compare(new Geometry(code[0], code[1]), bytes);
      }
    }
  }

  private void compare(Geometry geometry, int bytes) throws IOException, InterruptedException {
    try (ErasureCode code = ErasureCode.open(geometry)) {
      ByteBuffer[] strips = Stripes.random(geometry, bytes, 1);
      StripSet one = StripSet.of(0);
      StripSet many = StripSet.range(0, Math.min(geometry.m(), geometry.k()));
      double jni = 0;
      double same = 0;
      double plain = 0;
      double memcpy = 0;
      double decodeOne = 0;
      double decodeMany = 0;
      for (int turn = 0; turn < TURNS; turn++) {
        jni = Math.max(jni, rate(geometry, bytes, () -> code.encode(strips, 0, bytes)));
        same = Math.max(same, inC(code.kernel().toString(), geometry, bytes));
        plain = Math.max(plain, inC("plain", geometry, bytes));
        memcpy = Math.max(memcpy, inC("memcpy", geometry, bytes));
        decodeOne =
            Math.max(decodeOne, rate(geometry, bytes, () -> code.decode(strips, one, 0, bytes)));
        decodeMany =
            Math.max(decodeMany, rate(geometry, bytes, () -> code.decode(strips, many, 0, bytes)));
      }
      System.out.printf(
          Locale.ROOT,
          "%-7s %3dK  %-11s %5.2f  %9.2f  %5.2f  %14.2f  %5.2f  %6.2f  %8.2f  %8.2f%n",
          geometry,
          bytes >> 10,
          code.kernel(),
          jni,
          same,
          jni / same,
          plain,
          jni / plain,
          memcpy,
          decodeOne,
          decodeMany);
    }
  }

  /** The best of ten shares of the time. */
  private double rate(Geometry geometry, int bytes, Runnable work) {
    double best = 0;
    for (int share = 0; share < 10; share++) {
      long start = System.nanoTime();
      long elapsed;
      long rounds = 0;
      do {
        work.run();
        rounds++;
        elapsed = System.nanoTime() - start;
      } while (elapsed < seconds * 1e8);
      best = Math.max(best, (double) rounds * geometry.k() * bytes / elapsed);
    }
    return best;
  }

  private double inC(String operation, Geometry geometry, int bytes)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    bench,
                    operation,
                    String.valueOf(geometry.k()),
                    String.valueOf(geometry.m()),
                    String.valueOf(bytes),
                    String.valueOf(seconds)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException(bench + " failed");
    }
    return Double.parseDouble(output.strip());
  }
}
