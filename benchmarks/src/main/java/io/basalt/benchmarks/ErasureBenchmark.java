package io.basalt.benchmarks;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.Geometry;
import io.basalt.erasure.StripBuffers;
import io.basalt.erasure.StripSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Encoding and decoding through JNI beside the same kernel called from C, plain jerasure and
 * memcpy, in one run. All are measured in CPU time of their thread; rounds of both sides alternate
 * and the best of each counts, since other work on the machine only ever slows a round down.
 */
@Command(
    name = "erasure",
    description = "Encode and decode through JNI; one core, so run it under taskset -c 1.")
final class ErasureBenchmark implements Callable<Integer> {
  private static final int[][] CODES = {{8, 2}, {10, 4}, {146, 4}};
  private static final int[] STRIP_BYTES = {64 << 10, 256 << 10};
  private static final int ALIGNMENT = 64;
  private static final int BATCH_BYTES = 8 << 20;

  /** Looked up once: that takes as long as some calls. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Option(
      names = "--c-side",
      defaultValue = "erasure/target/native/kernel_bench",
      description = "what make bench built")
  Path inC;

  @Option(names = "--seconds", defaultValue = "0.5", description = "of each figure and round")
  double seconds;

  @Option(names = "--rounds", defaultValue = "3", description = "rounds of each figure")
  int rounds;

  @Override
  public Integer call() throws Exception {
    System.out.println(
        "GB/s of source bytes\n"
            + "code    strip  what      kernel         jni  same in C  ratio  plain jerasure  ratio"
            + "  memcpy");
    for (int[] shape : CODES) {
      Geometry geometry = new Geometry(shape[0], shape[1]);
      for (int bytes : STRIP_BYTES) {
        try (ErasureCode code = ErasureCode.open(geometry)) {
          StripBuffers strips = strips(geometry, bytes);
          StripSet one = StripSet.of(0);
          StripSet many = StripSet.range(0, geometry.m());
          new Contest(code, bytes, "encode", geometry.m()).run(() -> code.encode(strips, 0, bytes));
          new Contest(code, bytes, "decode 1", 1).run(() -> code.decode(strips, one, 0, bytes));
          new Contest(code, bytes, "decode m", geometry.m())
              .run(() -> code.decode(strips, many, 0, bytes));
        }
      }
    }
    return 0;
  }

  private static StripBuffers strips(Geometry geometry, int bytes) {
    Random random = new Random(1);
    byte[] content = new byte[bytes];
    ByteBuffer[] strips = new ByteBuffer[geometry.width()];
    for (int i = 0; i < strips.length; i++) {
      random.nextBytes(content);
      strips[i] = ByteBuffer.allocateDirect(bytes + ALIGNMENT).alignedSlice(ALIGNMENT);
      strips[i].put(0, content);
    }
    return StripBuffers.of(strips);
  }

  /** One operation, which computes so many strips of k. */
  private final class Contest {
    private final ErasureCode code;
    private final int bytes;
    private final String what;
    private final int rows;

    Contest(ErasureCode code, int bytes, String what, int rows) {
      this.code = code;
      this.bytes = bytes;
      this.what = what;
      this.rows = rows;
    }

    void run(Runnable work) throws IOException, InterruptedException {
      String plainly = what.equals("encode") ? "plain" : "plain-decode";
      double jni = 0;
      double same = 0;
      double plain = 0;
      double memcpy = 0;
      for (int round = 0; round < rounds; round++) {
        jni = Math.max(jni, rate(work));
        same = Math.max(same, inC(code.kernel().toString()));
        plain = Math.max(plain, inC(plainly));
        memcpy = Math.max(memcpy, inC("memcpy"));
      }
      System.out.printf(
          Locale.ROOT,
          "%-7s %3dK  %-8s  %-11s %6.2f  %9.2f  %5.2f  %14.2f  %5.1f  %6.2f%n",
          code.geometry(),
          bytes >> 10,
          what,
          code.kernel(),
          jni,
          same,
          jni / same,
          plain,
          jni / plain,
          memcpy);
    }

    /** The best of ten shares of the time. */
    private double rate(Runnable work) {
      // The clock is a call to the kernel of the system, so it is asked once for some MiB.
      int batch = 1 + BATCH_BYTES / (code.geometry().k() * bytes);
      double best = 0;
      for (int share = 0; share < 10; share++) {
        long start = cpuNanos();
        long elapsed;
        long times = 0;
        do {
          for (int i = 0; i < batch; i++) {
            work.run();
          }
          times += batch;
          elapsed = cpuNanos() - start;
        } while (elapsed < seconds * 1e8);
        best = Math.max(best, (double) times * code.geometry().k() * bytes / elapsed);
      }
      return best;
    }

    private static long cpuNanos() {
      return THREADS.getCurrentThreadCpuTime();
    }

    private double inC(String operation) throws IOException, InterruptedException {
      Process process =
          new ProcessBuilder(
                  List.of(
                      inC.toString(),
                      operation,
                      String.valueOf(code.geometry().k()),
                      String.valueOf(code.geometry().m()),
                      String.valueOf(rows),
                      String.valueOf(bytes),
                      String.valueOf(seconds)))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (process.waitFor() != 0) {
        throw new IOException(inC + " failed: make -C erasure/src/main/c bench");
      }
      return Double.parseDouble(output.strip());
    }
  }
}
