package io.basalt.flink;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** The store of a batch job's task. What another try of the task cannot mend ends the job. */
public final class TaskStore implements AutoCloseable {
  private final StoreHandle handle;
  private final RootFiles roots;
  private final SecureRandom random = new SecureRandom();
  private KafkaArbiter arbiter;

  private TaskStore(StoreHandle handle) {
    this.handle = handle;
    this.roots = new RootFiles(handle.drives(), handle.config().rootCopies());
  }

  public static TaskStore open(BatchOptions options) throws IOException {
    try {
      return new TaskStore(StoreHandle.open(options.configFile()));
    } catch (ConfigException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  public StoreConfig config() {
    return handle.config();
  }

  public DriveSet drives() {
    return handle.drives();
  }

  public RootFiles roots() {
    return roots;
  }

  public Root head() throws IOException {
    try {
      return roots.head();
    } catch (ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  /** A root that the job pinned. */
  public Root root(long number) throws IOException {
    return roots.read(number);
  }

  /** The location map of the head; reads what another one does not know. */
  public LocationMap map(LocationMap known) throws IOException {
    return known.reload(new MirroredFiles(drives()), head());
  }

  /** An attempt that starts now. */
  public Attempt attempt() throws IOException {
    return Attempt.start(head(), random);
  }

  /** A committer with an attempt of its own; may be called once. */
  public RootCommitter committer() throws IOException {
    Attempt attempt = attempt();
    arbiter = KafkaArbiter.open(config().kafka());
    try {
      return RootCommitter.open(roots, arbiter, attempt, Clock.systemUTC());
    } catch (ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  @Override
  public void close() {
    try (handle) {
      if (arbiter != null) {
        arbiter.close();
      }
    }
  }
}
