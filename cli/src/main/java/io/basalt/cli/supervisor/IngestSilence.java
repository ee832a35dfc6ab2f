package io.basalt.cli.supervisor;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For how long no ingest has acknowledged anything, on whatever cluster: one that runs repeats its
 * acknowledgements every ten seconds. For one thread.
 */
public final class IngestSilence {
  private final AcknowledgedEnd end;
  private final LongSupplier nanoTime;
  private boolean listening;
  private long offset;
  private long sinceNanos;

  IngestSilence(AcknowledgedEnd end, LongSupplier nanoTime) {
    this.end = end;
    this.nanoTime = nanoTime;
  }

  /** Asks the store's Kafka. */
  public static IngestSilence of(StoreConfig config) {
    return new IngestSilence(AcknowledgedEnd.of(config), System::nanoTime);
  }

  /** Since when, by this look and the ones before; zero where it was broken, or is not known. */
  public Duration look() throws IOException, InterruptedException {
    long asked = nanoTime.getAsLong();
    long found = end.offset();
    if (!listening || found != offset) {
      // The answer may be slow, and says nothing about the time before it.
      listening = true;
      offset = found;
      sinceNanos = nanoTime.getAsLong();
      return Duration.ZERO;
    }
    // It may be as old as the question.
    return Duration.ofNanos(Math.max(0, asked - sinceNanos));
  }

  /** Begins anew with the next look. */
  public void forget() {
    listening = false;
  }
}
