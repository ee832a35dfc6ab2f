package io.basalt.flink;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.JobDrives;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The drives of a store, opened once per process and configuration and shared by all tasks there:
 * threads of a drive, and what is known of its failures, are one. Each task opens its own handle
 * and closes it; the last one closes the drives. Safe from any thread.
 */
public final class StoreHandle implements AutoCloseable {
  private static final Map<StoreConfig, Shared> OPEN = new HashMap<>();

  private final Shared shared;
  private boolean closed;

  private static final class Shared {
    final StoreConfig config;
    final DriveSet drives;
    int handles;

    Shared(StoreConfig config, DriveSet drives) {
      this.config = config;
      this.drives = drives;
    }
  }

  private StoreHandle(Shared shared) {
    this.shared = shared;
  }

  /**
   * Opens the store that a basalt.yaml describes; drives that are new in it are labelled. A file
   * that was changed since another task opened it is another configuration: a migration sees the
   * drives that were added beside an ingest that does not.
   *
   * @throws io.basalt.storage.config.ConfigException in one sentence, if the file is not right
   */
  public static StoreHandle open(Path config) throws IOException, ArbiterException {
    StoreConfig loaded = StoreConfigLoader.load(config.toAbsolutePath().normalize());
    synchronized (OPEN) {
      Shared shared = OPEN.get(loaded);
      if (shared == null) {
        shared = new Shared(loaded, JobDrives.open(loaded));
        OPEN.put(loaded, shared);
      }
      shared.handles++;
      return new StoreHandle(shared);
    }
  }

  public StoreConfig config() {
    return shared.config;
  }

  /** The drives; owned by all handles together. */
  public DriveSet drives() {
    return shared.drives;
  }

  /**
   * The root that is wanted.
   *
   * @throws IOException in one sentence, if the head does not keep it
   */
  public Root root(Moment moment) throws IOException {
    try {
      return new RootFiles(drives(), config().rootCopies()).open(moment).root();
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      if (closed) {
        return;
      }
      closed = true;
      shared.handles--;
      if (shared.handles == 0) {
        OPEN.remove(shared.config);
        shared.drives.close();
      }
    }
  }
}
