package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.TaskStore;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.commit.Pins;
import io.basalt.storage.compact.CompactionStart;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the pin of the running compaction, on a thread of its own, so that a compaction may take
 * as long as it needs, and so often that a schedule sees it at work, also while it makes no files.
 * If it cannot for {@link Pins#EXPIRY}, the root may go, and the compaction then fails.
 */
final class PinKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PinKeeper.class);
  private static final long EVERY_SECONDS = 10;

  private final BatchOptions options;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("basalt-compaction-pin"));

  private PinKeeper(BatchOptions options) {
    this.options = options;
  }

  static PinKeeper start(BatchOptions options) {
    PinKeeper keeper = new PinKeeper(options);
    keeper.thread.scheduleWithFixedDelay(
        keeper::renew, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    return keeper;
  }

  private void renew() {
    try (TaskStore store = TaskStore.open(options)) {
      store.committer().commit(CompactionStart.renewal(Clock.systemUTC()));
    } catch (Exception e) {
      LOG.warn("the pin of the compaction is renewed later: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
