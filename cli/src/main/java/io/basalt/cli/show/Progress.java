package io.basalt.cli.show;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * How far long work is: a bar with rate and remaining time on a terminal, a plain line every two
 * seconds elsewhere; nothing where the work is over before that. Safe from any thread.
 */
public final class Progress implements AutoCloseable {
  private static final long LINE_NANOS = Duration.ofSeconds(2).toNanos();

  /** Fewer bytes are over before a bar is read. */
  private static final long BAR_BYTES = 4 << 20;

  private final String task;
  private volatile long totalBytes;
  private final PrintStream err;
  private final LongSupplier nanoTime;
  private final long started;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong nextLine;
  private final ProgressBar bar;

  private Progress(
      String task, long totalBytes, PrintStream err, LongSupplier nanoTime, ProgressBar bar) {
    this.task = task;
    this.totalBytes = totalBytes;
    this.err = err;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
    this.nextLine = new AtomicLong(started + LINE_NANOS);
    this.bar = bar;
  }

  /** On the process's standard error; total below zero means unknown. */
  public static Progress start(String task, long totalBytes) {
    ProgressBar bar = null;
    if (System.console() != null && (totalBytes < 0 || totalBytes >= BAR_BYTES)) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(totalBytes)
              .setUnit(" MiB", 1 << 20)
              .showSpeed()
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }
    return new Progress(task, totalBytes, System.err, System::nanoTime, bar);
  }

  /** The total is known now. */
  public void expect(long bytesInAll) {
    totalBytes = bytesInAll;
    if (bar != null) {
      bar.maxHint(bytesInAll);
    }
  }

  public void add(long moreBytes, long moreFiles) {
    long now = bytes.addAndGet(moreBytes);
    long count = files.addAndGet(moreFiles);
    if (bar != null) {
      bar.stepTo(now);
      bar.setExtraMessage(count == 0 ? "" : "  " + count + " files");
      return;
    }
    long due = nextLine.get();
    long time = nanoTime.getAsLong();
    if (time >= due && nextLine.compareAndSet(due, time + LINE_NANOS)) {
      line(now, count, time);
    }
  }

  private void line(long now, long count, long time) {
    long nanos = time - started;
    String of = totalBytes < 0 ? "" : " of " + Bytes.of(totalBytes);
    String left = "";
    if (now > 0 && now < totalBytes) {
      left = ", " + Math.round((double) nanos / now * (totalBytes - now) / 1e9) + " s left";
    }
    String counted = count == 0 ? "" : count + " files, ";
    err.println(task + ": " + Bytes.of(now) + of + ", " + counted + Bytes.rate(now, nanos) + left);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    } else if (nextLine.get() > started + LINE_NANOS) {
      line(bytes.get(), files.get(), nanoTime.getAsLong());
    }
  }
}
