package io.basalt.migrate;

import io.basalt.flink.StoreHandle;
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

/** A task's store. What another try of the task cannot mend ends the job. */
final class MigrateStore implements AutoCloseable {
  private final StoreHandle handle;
  private KafkaArbiter arbiter;

  private MigrateStore(StoreHandle handle) {
    this.handle = handle;
  }

  static MigrateStore open(MigrateOptions options) throws IOException {
    try {
      return new MigrateStore(StoreHandle.open(options.configFile()));
    } catch (ConfigException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  StoreConfig config() {
    return handle.config();
  }

  DriveSet drives() {
    return handle.drives();
  }

  Root head() throws IOException {
    try {
      return new RootFiles(drives(), config().rootCopies()).head();
    } catch (ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  LocationMap map() throws IOException {
    return LocationMap.load(new MirroredFiles(drives()), head());
  }

  /** A committer with an attempt of its own; may be called once. */
  RootCommitter committer() throws IOException {
    Attempt attempt = Attempt.start(head(), new SecureRandom());
    arbiter = KafkaArbiter.open(config().kafka());
    try {
      return RootCommitter.open(
          drives(), config().rootCopies(), arbiter, attempt, Clock.systemUTC());
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
