package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.PriorityQueue;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final long PAUSE = 20;
  private static final long HOUR = 3_600_000;

  private final Timers timers = new Timers();
  private int ticks;

  @Test
  void aClockThatIsSetBackStopsNoTick() throws Exception {
    start();
    timers.pass(PAUSE);
    timers.wall -= HOUR;
    timers.pass(10 * PAUSE);
    assertThat(ticks).isEqualTo(12);
  }

  @Test
  void aClockThatIsSetAheadMakesUpForNothing() throws Exception {
    start();
    timers.pass(PAUSE);
    timers.wall += HOUR;
    timers.pass(10 * PAUSE);
    assertThat(ticks).isEqualTo(12);
  }

  private void start() throws Exception {
    new Ticker(timers, PAUSE, () -> ticks++).start();
    assertThat(ticks).isEqualTo(1);
  }

  /** Timers as Flink sets them: a delay is taken from a clock that can jump, and then passes. */
  private static final class Timers implements ProcessingTimeService {
    private record Timer(long due, long timestamp, ProcessingTimeCallback callback) {}

    private final PriorityQueue<Timer> waiting =
        new PriorityQueue<>((a, b) -> Long.compare(a.due(), b.due()));
    private long passed;
    private long wall = 1_700_000_000_000L;

    @Override
    public long getCurrentProcessingTime() {
      return wall + passed;
    }

    @Override
    public ScheduledFuture<?> registerTimer(long timestamp, ProcessingTimeCallback callback) {
      long delay = Math.max(0, timestamp - getCurrentProcessingTime());
      waiting.add(new Timer(passed + delay, timestamp, callback));
      return null;
    }

    void pass(long millis) throws Exception {
      long end = passed + millis;
      while (!waiting.isEmpty() && waiting.peek().due() <= end) {
        Timer next = waiting.poll();
        passed = next.due();
        next.callback().onProcessingTime(next.timestamp());
      }
      passed = end;
    }
  }
}
