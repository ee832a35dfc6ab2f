package io.basalt.cli.command;

import io.basalt.cli.supervisor.IngestSilence;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.IngestAttempts;
import java.io.IOException;
import java.time.Duration;

/**
 * Has the store remember that ingest was stopped. Else a schedule submits it again to a cluster
 * that has forgotten it.
 */
final class StoppedIngest {
  /** Longer than the pause between repeated acknowledgements. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final long LOOK_MILLIS = 1_000;

  private final StoreConfig config;

  StoppedIngest(StoreConfig config) {
    this.config = config;
  }

  /**
   * Ends the attempts of ingest once none acknowledges anything.
   *
   * @return false if one does, and so runs elsewhere: then nothing is changed
   */
  boolean remember()
      throws IOException,
          ArbiterException,
          CommitConflictException,
          CommitUnknownException,
          InterruptedException {
    if (!isWanted()) {
      return true;
    }
    KafkaCheck.requireAnswer(config);
    if (!isSilent()) {
      return false;
    }
    try (StoreCommits store = StoreCommits.open(config)) {
      store.commit(IngestAttempts.end());
    }
    return true;
  }

  private boolean isWanted() throws IOException, ArbiterException {
    try (DriveSet drives = DriveSet.open(config)) {
      return IngestAttempts.anyLive(new RootFiles(drives, config.rootCopies()).head());
    }
  }

  private boolean isSilent() throws IOException, InterruptedException {
    IngestSilence silence = IngestSilence.of(config);
    Duration heard = silence.look();
    while (heard.compareTo(SILENCE) < 0) {
      Thread.sleep(LOOK_MILLIS);
      heard = silence.look();
      if (heard.isZero()) {
        return false;
      }
    }
    return true;
  }
}
