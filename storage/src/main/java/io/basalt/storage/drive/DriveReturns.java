package io.basalt.storage.drive;

import io.basalt.storage.DaemonThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets drives in again that were out. Each is opened anew after a pause, which doubles as long as
 * that fails or the drive soon fails again: a drive that comes and goes ends the jobs that write to
 * it each time, so it gets few chances.
 */
final class DriveReturns {
  private static final Logger LOG = LoggerFactory.getLogger(DriveReturns.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** Opens a drive anew, and makes sure that it is the same one and can be written. */
  @FunctionalInterface
  interface Opening {
    Drive open(DriveInfo info) throws IOException;
  }

  private final Opening opening;
  private final Function<String, Executor> threads;
  private final ScheduledExecutorService schedule;
  private final Map<DriveLane, Chance> chances = new HashMap<>();

  /** When a drive is tried next. Guarded by the map. */
  private static final class Chance {
    private Duration pause = FIRST_PAUSE;
    private long returnedAtNanos;
    private boolean returned;
    private boolean opening;
  }

  DriveReturns(
      Opening opening, Function<String, Executor> threads, ScheduledExecutorService schedule) {
    this.opening = opening;
    this.threads = threads;
    this.schedule = schedule;
  }

  /** Tries the drive from now on until it is in. */
  void wentOut(DriveLane lane) {
    LOG.warn("Drive {} is left out: {}", lane.info().id(), lane.failure().orElse(""));
    synchronized (chances) {
      Chance chance = chances.computeIfAbsent(lane, any -> new Chance());
      if (chance.returned
          && System.nanoTime() - chance.returnedAtNanos > 2 * LONGEST_PAUSE.toNanos()) {
        chance.pause = FIRST_PAUSE;
      }
      later(lane, chance);
    }
  }

  private void later(DriveLane lane, Chance chance) {
    try {
      schedule.schedule(() -> begin(lane), chance.pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // Nobody asks for the drives any more.
      return;
    }
    Duration doubled = chance.pause.multipliedBy(2);
    chance.pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** On a thread of its own: a drive that hangs takes this one and no further. */
  private void begin(DriveLane lane) {
    if (schedule.isShutdown()) {
      return;
    }
    synchronized (chances) {
      Chance chance = chances.get(lane);
      if (chance.opening) {
        later(lane, chance);
        return;
      }
      chance.opening = true;
    }
    DaemonThreads.named("basalt-return-" + lane.info().id()).newThread(() -> tryNow(lane)).start();
  }

  /** Lets the drive in if it can be opened. */
  void tryNow(DriveLane lane) {
    boolean in = lane.failure().isEmpty() || open(lane);
    synchronized (chances) {
      Chance chance = chances.computeIfAbsent(lane, any -> new Chance());
      chance.opening = false;
      chance.returned = in;
      chance.returnedAtNanos = System.nanoTime();
      if (!in) {
        later(lane, chance);
      }
    }
  }

  private boolean open(DriveLane lane) {
    String id = lane.info().id();
    try {
      lane.letIn(opening.open(lane.info()), threads.apply(id));
      LOG.info("Drive {} is used again", id);
      return true;
    } catch (DriveUnavailableException still) {
      lane.stayOut(still.reason());
    } catch (IOException | RuntimeException still) {
      lane.stayOut(still.toString());
    }
    return false;
  }
}
