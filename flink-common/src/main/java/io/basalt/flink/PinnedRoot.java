package io.basalt.flink;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.TopicException;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.commit.Pins;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.RootPin;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A root that stays readable while a long read runs: pinned by a commit, and the pin renewed long
 * before it expires. Where Kafka does not answer the root is read without a pin, as readers need no
 * Kafka; one that outlives its root then fails and never reads other bytes.
 */
public final class PinnedRoot implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PinnedRoot.class);
  private static final long RENEWALS_PER_EXPIRY = 5;

  /** A read without a pin is better than one that waits for Kafka. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Root root;
  private final Pin pin;

  private PinnedRoot(Root root, Pin pin) {
    this.root = root;
    this.pin = pin;
  }

  public static PinnedRoot pin(StoreHandle store, Moment moment) throws IOException {
    return pin(store.config(), store.drives(), store.root(moment));
  }

  /** A root of the store that its head keeps, or the head. */
  public static PinnedRoot pin(StoreConfig config, DriveSet drives, Root root) throws IOException {
    try {
      return new PinnedRoot(root, Pin.set(config, drives, root));
    } catch (CommitConflictException e) {
      throw new IOException(e.getMessage(), e);
    } catch (IOException | ArbiterException | CommitUnknownException | TopicException e) {
      LOG.warn("root {} is read without a pin: {}", root.number(), e.getMessage());
      return new PinnedRoot(root, null);
    }
  }

  /** The root without a pin. */
  public static PinnedRoot unpinned(StoreHandle store, Moment moment) throws IOException {
    return new PinnedRoot(store.root(moment), null);
  }

  public long number() {
    return root.number();
  }

  @Override
  public void close() {
    if (pin != null) {
      pin.close();
    }
  }

  /** A committed pin; its commits run one at a time on one thread. */
  private static final class Pin implements AutoCloseable {
    private final KafkaArbiter arbiter;
    private final RootPin pin;
    private final ScheduledExecutorService renewals =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("basalt-pin"));

    private Pin(KafkaArbiter arbiter, RootPin pin) {
      this.arbiter = arbiter;
      this.pin = pin;
    }

    static Pin set(StoreConfig config, DriveSet drives, Root root)
        throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
      KafkaArbiter arbiter = KafkaArbiter.open(config.kafka(), PATIENCE);
      try {
        RootFiles files = new RootFiles(drives, config.rootCopies());
        Pin pin =
            new Pin(
                arbiter, RootPin.set(files, arbiter, root, Clock.systemUTC(), new SecureRandom()));
        pin.renewOften();
        return pin;
      } catch (IOException
          | ArbiterException
          | CommitConflictException
          | CommitUnknownException
          | RuntimeException e) {
        arbiter.close();
        throw e;
      }
    }

    private void renewOften() {
      long millis = Pins.EXPIRY.toMillis() / RENEWALS_PER_EXPIRY;
      renewals.scheduleWithFixedDelay(
          () -> commit("renewed", pin::renew), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** One commit of the pin. */
    @FunctionalInterface
    private interface Commit {
      Root run()
          throws IOException, ArbiterException, CommitConflictException, CommitUnknownException;
    }

    /** A failure is said and not thrown: the next renewal, or the expiry, makes up for it. */
    private void commit(String what, Commit commit) {
      try {
        commit.run();
      } catch (IOException
          | ArbiterException
          | CommitConflictException
          | CommitUnknownException
          | RuntimeException e) {
        LOG.warn("pin {} is not {}: {}", pin, what, e.getMessage());
      }
    }

    @Override
    public void close() {
      renewals.execute(() -> commit("released", pin::release));
      renewals.shutdown();
      try {
        if (!renewals.awaitTermination(1, TimeUnit.MINUTES)) {
          LOG.warn("pin {} is not released, it expires by itself", pin);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      arbiter.close();
    }
  }
}
