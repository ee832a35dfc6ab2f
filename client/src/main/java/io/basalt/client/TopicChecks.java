package io.basalt.client;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Looks at the topics' ids on demand: one look at a time, numbered from 1, at most one each {@link
 * #SPACING}. A look that fails is repeated under the same number until it succeeds, as a broker
 * that restarts must not fail writes that it has stored.
 */
final class TopicChecks {
  private static final Duration SPACING = Duration.ofMillis(10);
  private static final Duration RETRY = Duration.ofMillis(200);

  /** Told of each look that ended, on any thread. */
  interface Listener {
    void found(long check, TopicIds ids);
  }

  private final Supplier<CompletionStage<TopicIds>> look;
  private final ScheduledExecutorService scheduler;
  private final Listener listener;

  /** Number of the last look that was begun. */
  private long begun;

  private long ended;
  private boolean wanted;
  private boolean waiting;

  TopicChecks(
      Supplier<CompletionStage<TopicIds>> look,
      ScheduledExecutorService scheduler,
      Listener listener) {
    this.look = look;
    this.scheduler = scheduler;
    this.listener = listener;
  }

  /** Number of a look that begins after this call and soon. */
  synchronized long next() {
    long number = begun + 1;
    wanted = true;
    beginIfIdle();
    return number;
  }

  private void beginIfIdle() {
    if (wanted && !waiting && ended == begun) {
      wanted = false;
      waiting = true;
      begun++;
      long number = begun;
      scheduler.execute(() -> begin(number));
    }
  }

  private void begin(long number) {
    look.get()
        .whenComplete(
            (ids, failure) -> {
              if (failure != null) {
                later(() -> begin(number), RETRY);
              } else {
                listener.found(number, ids);
                end(number);
                later(this::spaced, SPACING);
              }
            });
  }

  private synchronized void end(long number) {
    ended = number;
  }

  private synchronized void spaced() {
    waiting = false;
    beginIfIdle();
  }

  private void later(Runnable task, Duration delay) {
    if (!scheduler.isShutdown()) {
      scheduler.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
