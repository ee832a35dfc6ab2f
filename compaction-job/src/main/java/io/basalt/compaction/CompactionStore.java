package io.basalt.compaction;

import io.basalt.flink.StoreHandle;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** A task's store. What another try of the task cannot mend ends the job. */
final class CompactionStore implements AutoCloseable {
  private final StoreHandle handle;
  private final RootFiles roots;
  private final SecureRandom random = new SecureRandom();
  private KafkaArbiter arbiter;

  private CompactionStore(StoreHandle handle) {
    this.handle = handle;
    this.roots = new RootFiles(handle.drives(), handle.config().rootCopies());
  }

  static CompactionStore open(CompactionOptions options) throws IOException {
    try {
      return new CompactionStore(StoreHandle.open(options.configFile()));
    } catch (ConfigException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  DriveSet drives() {
    return handle.drives();
  }

  /** The root that a compaction pinned. */
  Root base(long number) throws IOException {
    return roots.read(number);
  }

  /** An attempt that starts now. */
  Attempt attempt() throws IOException {
    try {
      return Attempt.start(roots.head(), random);
    } catch (ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  /** A committer with an attempt of its own; may be called once. */
  RootCommitter committer() throws IOException {
    Attempt attempt = attempt();
    arbiter = KafkaArbiter.open(handle.config().kafka());
    try {
      return RootCommitter.open(roots, arbiter, attempt, Clock.systemUTC());
    } catch (ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  /** Writes in the name of a compaction; a task that starts anew gets other names. */
  TreeFileWriter files(Attempt run, MirroredFiles mirrors) {
    return new TreeFileWriter(mirrors, "%s-%016x".formatted(run, random.nextLong()));
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
