package io.basalt.storage.drive;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One drive with its threads. Once it has failed, every call fails at once. */
final class DriveLane {
  private final Drive drive;
  private final Executor threads;
  private final ScheduledExecutorService deadlines;
  private final Duration deadline;
  private volatile String failure;

  DriveLane(Drive drive, Executor threads, ScheduledExecutorService deadlines, Duration deadline) {
    this.drive = drive;
    this.threads = threads;
    this.deadlines = deadlines;
    this.deadline = deadline;
  }

  DriveInfo info() {
    return drive.info();
  }

  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  <T> CompletableFuture<T> submit(DriveCall<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (failure != null) {
      result.completeExceptionally(new DriveUnavailableException(drive.info().id(), failure, null));
      return result;
    }
    try {
      Future<?> expiry =
          deadlines.schedule(() -> expire(result), deadline.toNanos(), TimeUnit.NANOSECONDS);
      threads.execute(
          () -> {
            run(call, result);
            expiry.cancel(false);
          });
    } catch (RejectedExecutionException closed) {
      result.completeExceptionally(new IOException("the drives are closed", closed));
    }
    return result;
  }

  private <T> void run(DriveCall<T> call, CompletableFuture<T> result) {
    try {
      T value = call.call(drive);
      if (!result.complete(value) && value instanceof Closeable late) {
        late.close();
      }
    } catch (DriveUnavailableException unavailable) {
      fail(unavailable.reason());
      result.completeExceptionally(unavailable);
    } catch (Throwable error) {
      result.completeExceptionally(error);
    }
  }

  private void expire(CompletableFuture<?> result) {
    if (result.isDone()) {
      return;
    }
    // The failure is known before the caller is, so that whoever sees the error sees the drive left
    // out; a call that ends just now has missed its deadline all the same.
    String reason = "did not answer within " + deadline.toMillis() + " ms";
    fail(reason);
    result.completeExceptionally(new DriveUnavailableException(drive.info().id(), reason, null));
  }

  private void fail(String reason) {
    if (failure == null) {
      failure = reason;
    }
  }
}
