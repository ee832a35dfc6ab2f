package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.cli.supervisor.LocalState;
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
    Optional<LocalState> state = new LocalCluster(config.file()).state();
    if (state.isEmpty()) {
      return "no ingest runs on this machine; start it with " + Hints.on(config.file(), "up");
    }
    if (state.get().problem() != null) {
      return state.get().problem();
    }
    return Waiting.reason(state.get()).orElse("ingest is " + state.get().ingest());
  }
}
