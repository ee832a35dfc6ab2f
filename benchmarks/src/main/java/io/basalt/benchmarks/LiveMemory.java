package io.basalt.benchmarks;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The most memory that this process has in use at a time, beyond what it had before: without
 * garbage, since the heap is collected before each look. That is work of its own, so no rate counts
 * that was measured meanwhile.
 */
final class LiveMemory implements AutoCloseable {
  private static final int LOOK_MILLIS = 20;

  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
  private final BufferPoolMXBean direct =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .findFirst()
          .orElseThrow();
  private final long heapBefore;
  private final long directBefore;
  private long mostHeap;
  private long mostDirect;

  /** Looks from now on. */
  LiveMemory() {
    look();
    heapBefore = mostHeap;
    directBefore = mostDirect;
    looks.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    System.gc();
    mostHeap =
        Math.max(mostHeap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    mostDirect = Math.max(mostDirect, direct.getMemoryUsed());
  }

  /** Ends the looks; then {@link #toString} is what they saw. */
  @Override
  public void close() throws InterruptedException {
    looks.shutdown();
    if (!looks.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("the collector does not end");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "most memory in use: heap %.1f MiB, direct %.1f MiB",
        (mostHeap - heapBefore) / 1048576.0,
        (mostDirect - directBefore) / 1048576.0);
  }
}
