package io.basalt.ingest;

import java.io.IOException;
import org.apache.flink.api.common.operators.ProcessingTimeService;

/**
 * Calls a step of a task's thread again and again. Each pause begins at the time of the clock that
 * Flink's timers are set by, and not where the one before was to end: so a clock that is set back
 * or ahead changes no pause but the one under way.
 */
final class Ticker {
  private final ProcessingTimeService timers;
  private final long pauseMillis;
  private final Step step;

  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  Ticker(ProcessingTimeService timers, long pauseMillis, Step step) {
    this.timers = timers;
    this.pauseMillis = pauseMillis;
    this.step = step;
  }

  /** Runs the step now, and then after each pause. */
  void start() throws IOException {
    tick(timers.getCurrentProcessingTime());
  }

  private void tick(long planned) throws IOException {
    step.run();
    timers.registerTimer(timers.getCurrentProcessingTime() + pauseMillis, this::tick);
  }
}
