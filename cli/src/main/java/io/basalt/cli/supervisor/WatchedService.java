package io.basalt.cli.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps one service's process alive: adopts the one that a former supervisor left, starts it when
 * there is none, and waits longer between starts the sooner it dies.
 */
final class WatchedService {
  private static final long SHORTEST_PAUSE = Duration.ofMillis(200).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(10).toNanos();

  /** A process that lived this long died of something new. */
  private static final long SETTLED = Duration.ofSeconds(30).toNanos();

  private final StoreDirectory directory;
  private final Service service;
  private final LongSupplier nanoTime;
  private Optional<ProcessHandle> process;
  private int starts;
  private int failures;
  private long startedAt;
  private long pause = SHORTEST_PAUSE;

  WatchedService(
      StoreDirectory directory,
      Service service,
      Optional<LocalState.Service> before,
      LongSupplier nanoTime) {
    this.directory = directory;
    this.service = service;
    this.nanoTime = nanoTime;
    this.process =
        before.flatMap(known -> ServiceProcess.find(directory, service.name(), known.pid()));
    this.starts = process.isPresent() ? before.orElseThrow().restarts() + 1 : 0;
    this.startedAt = nanoTime.getAsLong();
  }

  /** Starts the process if it is not there and its pause is over; true if it is there. */
  boolean keep() throws IOException {
    if (process.filter(ProcessHandle::isAlive).isPresent()) {
      if (nanoTime.getAsLong() - startedAt > SETTLED) {
        failures = 0;
      }
      return true;
    }
    long lived = nanoTime.getAsLong() - startedAt;
    if (starts > 0 && lived < pause) {
      return false;
    }
    if (starts > 0) {
      failures = lived > SETTLED ? 0 : failures + 1;
    }
    pause = lived > SETTLED ? SHORTEST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
    startedAt = nanoTime.getAsLong();
    starts++;
    process =
        Optional.of(
            ServiceProcess.start(
                directory, service.name(), service.launch(), ServiceProcess.Session.OF_PARENT));
    return true;
  }

  /** What is wrong with a process that ends again and again; empty if it ended once at most. */
  Optional<String> trouble() throws IOException {
    return failures < 2
        ? Optional.empty()
        : Optional.of(
            "the %s ended %d times right after its start: %s"
                .formatted(name(), failures, LastWords.of(directory, name())));
  }

  /** Whether the process lives and accepts connections. */
  boolean ready() {
    return process.filter(ProcessHandle::isAlive).isPresent() && service.answers();
  }

  void stop(Duration patience) {
    process.filter(ProcessHandle::isAlive).ifPresent(p -> ServiceProcess.stop(p, patience));
  }

  String name() {
    return service.name();
  }

  LocalState.Service state() {
    return new LocalState.Service(
        service.name(),
        process.map(ProcessHandle::pid).orElse(0L),
        Math.max(0, starts - 1),
        failures);
  }
}
