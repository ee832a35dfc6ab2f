package io.basalt.cli.command;

import io.basalt.kafka.KafkaArbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** A store opened for commits of this command, beside those of the jobs; needs Kafka. */
final class StoreCommits implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final DriveSet drives;
  private final KafkaArbiter arbiter;
  private final RootCommitter committer;

  private StoreCommits(DriveSet drives, KafkaArbiter arbiter, RootCommitter committer) {
    this.drives = drives;
    this.arbiter = arbiter;
    this.committer = committer;
  }

  static StoreCommits open(StoreConfig config) throws IOException, ArbiterException {
    KafkaCheck.requireAnswer(config);
    DriveSet drives = DriveSet.open(config);
    KafkaArbiter arbiter = null;
    try {
      RootFiles roots = new RootFiles(drives, config.rootCopies());
      Attempt attempt = Attempt.start(roots.head(), new SecureRandom());
      arbiter = KafkaArbiter.open(config.kafka(), PATIENCE);
      return new StoreCommits(
          drives, arbiter, RootCommitter.open(roots, arbiter, attempt, Clock.systemUTC()));
    } catch (IOException | ArbiterException | RuntimeException e) {
      if (arbiter != null) {
        arbiter.close();
      }
      drives.close();
      throw e;
    }
  }

  Root head() {
    return committer.head();
  }

  Root commit(Change change)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    return committer.commit(change);
  }

  @Override
  public void close() {
    try (drives) {
      arbiter.close();
    }
  }
}
