package io.basalt.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Bytes or things over time.
 *
 * @param cpuNanos what all processors spent on it, of which other work on the machine takes little
 *     away; 0 if that was not measured
 */
record Rate(String what, double amount, long nanos, long cpuNanos) {
  /** Of the clock that counts the CPU time of other processes. */
  private static final long NANOS_OF_A_TICK = 10_000_000;

  Rate(String what, double amount, long nanos) {
    this(what, amount, nanos, 0);
  }

  /** A measurement of this process that has begun. */
  record Watch(long startNanos, long startCpuNanos) {
    static Watch start() {
      return new Watch(System.nanoTime(), processCpuNanos());
    }

    Rate rate(String what, double amount) {
      long nanos = System.nanoTime() - startNanos;
      return new Rate(what, amount, nanos, processCpuNanos() - startCpuNanos);
    }

    private static long processCpuNanos() {
      return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }

  static Rate of(String what, double amount, long startNanos) {
    return new Rate(what, amount, System.nanoTime() - startNanos);
  }

  /** What a program takes for files, which come before its last argument, if there is one. */
  static Rate ofCommand(String what, double amount, String program, List<Path> files, Path... last)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    files.forEach(file -> command.add(file.toString()));
    Stream.of(last).forEach(path -> command.add(path.toString()));
    long ticks = ticksOfChildren();
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(program + " failed");
    }
    long nanos = System.nanoTime() - start;
    return new Rate(what, amount, nanos, (ticksOfChildren() - ticks) * NANOS_OF_A_TICK);
  }

  /**
   * What {@code cp} would take for these files and for m/k of their bytes on top.
   *
   * @param copies a directory for the copies, which are removed again
   */
  static Rate ofCopy(List<Path> files, Path copies, int dataStrips, int parityStrips)
      throws IOException, InterruptedException {
    Files.createDirectory(copies);
    double bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    double parity = 1 + (double) parityStrips / dataStrips;
    Rate cp = ofCommand("cp x (1 + m/k)", bytes / parity, "cp", files, copies);
    BenchmarkStore.delete(copies);
    return cp;
  }

  /** User and system time of the programs that ended, as {@code /proc/self/stat} counts it. */
  private static long ticksOfChildren() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
  }

  double perSecond() {
    return amount * 1e9 / nanos;
  }

  /** One line, in MB/s, beside a roof. */
  String besides(Rate roof) {
    return String.format(
        Locale.ROOT,
        "%-40s %8.1f MB/s%s   %5.2f x %s%s",
        what,
        perSecond() / 1e6,
        cpu(),
        perSecond() / roof.perSecond(),
        roof.what,
        roof.cpu());
  }

  private String cpu() {
    return cpuNanos == 0
        ? ""
        : String.format(Locale.ROOT, " (%.2f CPU s/GiB)", cpuNanos / 1e9 / (amount / (1 << 30)));
  }
}
