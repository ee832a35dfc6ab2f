package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.client.Acknowledged;
import io.basalt.storage.config.Quantity;
import io.basalt.storage.config.StoreConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for acknowledgements, and says within two seconds why one does not come. */
final class Acknowledgements {
  private static final Duration TELL_AFTER = Duration.ofMillis(1_500);

  private final StoreConfig config;
  private final PrintWriter err;
  private final Duration timeout;
  private String told = "";

  /** Waits at most the timeout for each, or for ever where it is null. */
  Acknowledgements(StoreConfig config, PrintWriter err, Duration timeout) {
    this.config = config;
    this.err = err;
    this.timeout = timeout;
  }

  Acknowledged await(CompletableFuture<Acknowledged> write)
      throws InterruptedException, ExecutionException {
    long started = System.nanoTime();
    while (true) {
      try {
        return write.get(patienceNanos(started), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        String reason = reason();
        if (timeout != null && System.nanoTime() - started >= timeout.toNanos()) {
          throw new Failure(
              "not acknowledged after %s, but safe in Kafka and applied later: %s"
                  .formatted(Quantity.ofTime(timeout), reason),
              e);
        }
        if (!reason.equals(told)) {
          err.println("waiting: " + reason);
          told = reason;
        }
      }
    }
  }

  private long patienceNanos(long started) {
    long left =
        timeout == null ? Long.MAX_VALUE : timeout.toNanos() - (System.nanoTime() - started);
    return Math.max(0, Math.min(left, TELL_AFTER.toNanos()));
  }

  private String reason() {
    Optional<Running> running = new LocalCluster(config.file()).state().map(Running::of);
    if (running.isEmpty()) {
      return "no ingest runs on this machine; start it with %s, or ask the cluster that runs it with %s"
          .formatted(
              Hints.on(config.file(), "up"), Hints.on(config.file(), "status --target HOST:PORT"));
    }
    if (running.get().problem() != null) {
      return running.get().problem();
    }
    return Waiting.reason(running.get()).orElse("ingest is " + running.get().ingest());
  }
}
