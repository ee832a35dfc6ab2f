package io.basalt.storage.migrate;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the stripes of a migration one by one, and frees the SCM. One thread.
 *
 * <p>What a stop leaves behind:
 *
 * <ol>
 *   <li>before the commit: strips and perhaps a map file that no root names; the sweep of their
 *       attempts deletes them. The segments stand on their mirrors
 *   <li>after the commit: the segments stand in the stripe, and their mirrors are dead. What is not
 *       deleted here, the next migration or sweep deletes
 * </ol>
 */
public final class StripeCommitter {
  private static final Logger LOG = LoggerFactory.getLogger(StripeCommitter.class);

  private final DriveSet drives;
  private final RootCommitter committer;
  private final LocationMapWriter maps;
  private final Attempt run;

  /** A committer of its own attempt for the run's stripes. */
  public StripeCommitter(DriveSet drives, RootCommitter committer, Attempt run) {
    this.drives = drives;
    this.committer = committer;
    this.maps = new LocationMapWriter(new MirroredFiles(drives), committer.attempt());
    this.run = run;
  }

  /** What became of a stripe: the bytes that its mirrors gave back, or why it is void. */
  public sealed interface Outcome {
    record Moved(long freedBytes) implements Outcome {}

    record Lost(String reason) implements Outcome {}
  }

  /**
   * Makes the stripe count, then deletes the mirrors.
   *
   * @throws CommitConflictException if the migration was ended by another: it must stop
   * @throws IOException if nothing was committed; the stripe may be committed later
   */
  public Outcome commit(MadeStripe made)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    Optional<String> missing = missingStrip(made.stripe());
    Optional<String> lost = missing.isPresent() ? missing : move(made);
    if (lost.isPresent()) {
      delete(strips(made.stripe()));
      return new Outcome.Lost(lost.get());
    }
    return new Outcome.Moved(free(made));
  }

  /**
   * The mirrors are deleted on what this process sees, so the strips must be there too. A worker
   * may see other directories, or a drive may have failed since.
   */
  private Optional<String> missingStrip(Stripe stripe) throws IOException {
    List<CompletableFuture<Long>> lengths = new ArrayList<>();
    for (int strip = 0; strip < stripe.strips(); strip++) {
      String file = stripe.fileName(strip);
      lengths.add(drives.submit(stripe.drives().get(strip), drive -> length(drive, file)));
    }
    Optional<String> missing = Optional.empty();
    for (int strip = 0; strip < stripe.strips(); strip++) {
      try {
        long length = DriveSet.await(lengths.get(strip));
        if (length < stripe.stripBytes()) {
          missing = Optional.of(missing(stripe, strip, "it has " + length + " bytes"));
        }
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException e) {
        missing = Optional.of(missing(stripe, strip, e.toString()));
      }
    }
    return missing;
  }

  private static long length(Drive drive, String file) throws IOException {
    try (DriveFile opened = drive.open(file)) {
      return opened.length();
    }
  }

  private static String missing(Stripe stripe, int strip, String why) {
    return "the committer does not see strip %s on %s as it was written: %s"
        .formatted(stripe.fileName(strip), stripe.drives().get(strip), why);
  }

  /** Why another has changed what this stripe holds; empty once it is committed. */
  private Optional<String> move(MadeStripe made)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    while (true) {
      Root head = committer.refresh();
      LocationMapWriter.Written written;
      try {
        written = maps.write(head, made.edit());
      } catch (CommitConflictException moved) {
        requireLive();
        return Optional.of(moved.getMessage());
      }
      try {
        commit(new MigrateChange(run, committer.attempt(), written));
        return Optional.empty();
      } catch (CommitConflictException changed) {
        requireLive();
        // Another has changed the map meanwhile; perhaps not these segments.
        LOG.info("stripe {} is committed anew: {}", made.stripe().id(), changed.getMessage());
      }
    }
  }

  /** Once more with the same change where the outcome was not known. */
  private void commit(MigrateChange change)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    try {
      committer.commit(change);
    } catch (CommitUnknownException unknown) {
      LOG.warn("{}; asked again", unknown.getMessage());
      committer.commit(change);
    }
  }

  private void requireLive() throws CommitConflictException, ArbiterException, IOException {
    Root head = committer.refresh();
    if (!MigrateAttempts.isLive(head.attempts(), run)) {
      throw new CommitConflictException("migration " + run + " was ended by another");
    }
    if (committer.hasEnded()) {
      throw new CommitConflictException(
          "attempt %s, which commits for migration %s, slept until it was ended"
              .formatted(committer.attempt(), run));
    }
  }

  /** Ends the run in the root: nothing of it is left to do. */
  public void end() throws CommitUnknownException, ArbiterException, IOException {
    try {
      committer.commit(MigrateAttempts.end(Set.copyOf(List.of(run, committer.attempt()))));
    } catch (CommitConflictException ended) {
      LOG.info("migration {} was ended already: {}", run, ended.getMessage());
    }
  }

  private long free(MadeStripe made) throws IOException {
    Map<CompletableFuture<Boolean>, Long> deleted = new LinkedHashMap<>();
    for (PackedSegment packed : made.segments()) {
      SegmentLocation segment = packed.segment();
      for (String drive : segment.mirrors()) {
        deleted.put(delete(drive, segment.fileName()), segment.size());
      }
    }
    long freed = 0;
    for (Map.Entry<CompletableFuture<Boolean>, Long> each : deleted.entrySet()) {
      freed += DriveSet.await(each.getKey()) ? each.getValue() : 0;
    }
    return freed;
  }

  private List<CompletableFuture<Boolean>> strips(Stripe stripe) {
    List<CompletableFuture<Boolean>> deleted = new ArrayList<>();
    for (int strip = 0; strip < stripe.strips(); strip++) {
      deleted.add(delete(stripe.drives().get(strip), stripe.fileName(strip)));
    }
    return deleted;
  }

  private static void delete(List<CompletableFuture<Boolean>> files) throws IOException {
    for (CompletableFuture<Boolean> file : files) {
      boolean ignored = DriveSet.await(file);
    }
  }

  /** Whether the file is deleted; if not, it is left for the sweep. */
  private CompletableFuture<Boolean> delete(String drive, String file) {
    return drives
        .submit(
            drive,
            d -> {
              d.delete(file);
              return true;
            })
        .exceptionally(
            error -> {
              IOException why = DriveSet.ioException(error);
              LOG.info("{} on {} is left for the sweep: {}", file, drive, why.toString());
              return false;
            });
  }
}
