package io.basalt.storage.drive;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One drive with its threads. Once it has failed it is out, and every call fails at once, until it
 * is let in again; a call that began before then says nothing about the drive that is in now.
 */
final class DriveLane {
  /** Ends a call that takes too long. */
  @FunctionalInterface
  interface Deadline {
    /** For calls on the caller's own thread, which nobody can end. */
    Deadline NONE = (reason, expire) -> () -> {};

    /** Tells {@code expire} why, once the time is over; what is returned ends the watch. */
    Runnable watch(String drive, Consumer<String> expire);
  }

  private sealed interface State {}

  private record In(Drive drive, Executor threads) implements State {}

  private record Out(String reason) implements State {}

  private final Deadline deadline;
  private final Consumer<DriveLane> wentOut;
  private final AtomicReference<State> state;
  private volatile DriveInfo info;

  private DriveLane(DriveInfo info, State state, Deadline deadline, Consumer<DriveLane> wentOut) {
    this.info = info;
    this.state = new AtomicReference<>(state);
    this.deadline = deadline;
    this.wentOut = wentOut;
  }

  static DriveLane in(
      Drive drive, Executor threads, Deadline deadline, Consumer<DriveLane> wentOut) {
    return new DriveLane(drive.info(), new In(drive, threads), deadline, wentOut);
  }

  /** The lane of a drive that could not be opened. */
  static DriveLane out(
      DriveInfo info, String reason, Deadline deadline, Consumer<DriveLane> wentOut) {
    return new DriveLane(info, new Out(reason), deadline, wentOut);
  }

  DriveInfo info() {
    return info;
  }

  /** Why the drive is out; empty if it is in. */
  Optional<String> failure() {
    return state.get() instanceof Out out ? Optional.of(out.reason()) : Optional.empty();
  }

  /** Why the drive, which is out, still is. */
  void stayOut(String reason) {
    state.updateAndGet(now -> now instanceof Out ? new Out(reason) : now);
  }

  void letIn(Drive drive, Executor threads) {
    info = drive.info();
    state.set(new In(drive, threads));
  }

  <T> CompletableFuture<T> submit(DriveCall<T> call) {
    State now = state.get();
    if (now instanceof In in) {
      return submit(in, call);
    }
    return CompletableFuture.failedFuture(
        new DriveUnavailableException(info.id(), ((Out) now).reason(), null));
  }

  private <T> CompletableFuture<T> submit(In in, DriveCall<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      Runnable inTime = deadline.watch(info.id(), reason -> expire(in, reason, result));
      in.threads()
          .execute(
              () -> {
                run(in, call, result);
                inTime.run();
              });
    } catch (RejectedExecutionException closed) {
      result.completeExceptionally(new IOException("the drives are closed", closed));
    }
    return result;
  }

  private <T> void run(In in, DriveCall<T> call, CompletableFuture<T> result) {
    try {
      T value = call.call(in.drive());
      if (!result.complete(value) && value instanceof Closeable late) {
        late.close();
      }
    } catch (DriveUnavailableException unavailable) {
      fail(in, unavailable.reason());
      result.completeExceptionally(unavailable);
    } catch (Throwable error) {
      result.completeExceptionally(error);
    }
  }

  private void expire(In in, String reason, CompletableFuture<?> result) {
    if (!result.isDone()) {
      // The failure is known before the caller is, so that whoever sees the error sees the drive
      // left out; a call that ends just now has missed its deadline all the same.
      fail(in, reason);
      result.completeExceptionally(new DriveUnavailableException(info.id(), reason, null));
    }
  }

  private void fail(In in, String reason) {
    if (state.compareAndSet(in, new Out(reason))) {
      wentOut.accept(this);
    }
  }
}
