package io.basalt.benchmarks;

import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From a write to its completed future. With a rate, records leave by the clock, so that a slow
 * store cannot hide its delays; without one, as fast as the client takes them, which measures
 * writes/s.
 */
@Command(
    name = "latency",
    description = "Writes to acknowledgements, on a store whose ingest runs (basalt up).")
final class LatencyBenchmark implements Callable<Integer> {
  @Option(names = "--config", required = true, description = "basalt.yaml of the store")
  Path config;

  @Option(names = "--record", defaultValue = "65536", description = "bytes of a record")
  int recordBytes;

  @Option(names = "--files", defaultValue = "100000", description = "paths, written in turn")
  long files;

  @Option(names = "--rate", defaultValue = "20", description = "MB/s; 0 is as fast as possible")
  double megabytesPerSecond;

  @Option(names = "--seconds", defaultValue = "60", description = "measured time")
  int seconds;

  @Option(names = "--warm-up", defaultValue = "20", description = "seconds before it")
  int warmUpSeconds;

  @Override
  public Integer call() throws Exception {
    StoreConfig store = StoreConfigLoader.load(config);
    try (BasaltClient client = new BasaltClient(store.kafka(), store.maxRecord())) {
      run(client, warmUpSeconds);
      System.out.println(run(client, seconds));
    }
    return 0;
  }

  private String run(BasaltClient client, int duration) {
    byte[] content = new byte[recordBytes];
    new Random(1).nextBytes(content);
    double gapNanos = megabytesPerSecond == 0 ? 0 : recordBytes * 1e3 / megabytesPerSecond;
    long start = System.nanoTime();
    long end = start + duration * 1_000_000_000L;
    List<CompletableFuture<Long>> delays = new ArrayList<>();
    for (long i = 0; System.nanoTime() < end; i++) {
      long due = gapNanos == 0 ? System.nanoTime() : start + (long) (i * gapNanos);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      CompletableFuture<Acknowledged> done = client.put(path(i % files), content);
      delays.add(done.thenApply(acknowledged -> System.nanoTime() - due));
    }
    long[] sorted = delays.stream().mapToLong(CompletableFuture::join).sorted().toArray();
    return report(sorted, System.nanoTime() - start);
  }

  /** Directories of 1,000 files. */
  private static String path(long file) {
    return "/latency/" + file / 1_000 + "/" + file % 1_000;
  }

  private String report(long[] sorted, long nanos) {
    double seconds = nanos / 1e9;
    return String.format(
        Locale.ROOT,
        "%d records, %.0f/s, %.1f MB/s acknowledged; ms: p50 %.1f, p99 %.1f, max %.1f",
        sorted.length,
        sorted.length / seconds,
        sorted.length * (recordBytes / 1e6) / seconds,
        millis(sorted, 0.5),
        millis(sorted, 0.99),
        Arrays.stream(sorted).max().orElse(0) / 1e6);
  }

  private static double millis(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1e6;
  }
}
