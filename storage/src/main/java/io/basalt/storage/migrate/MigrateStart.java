package io.basalt.storage.migrate;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.run.RunChange;
import io.basalt.storage.run.RunMaker;
import io.basalt.storage.segment.SegmentReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins a migration: looks whether there is work, makes the attempt live, deletes mirrors that an
 * earlier one left, turns sealed tails into runs where the plan wants to move them, and plans.
 */
public final class MigrateStart {
  private static final Logger LOG = LoggerFactory.getLogger(MigrateStart.class);

  private static final String SEGMENTS = "segments";

  private final DriveSet drives;
  private final MirroredFiles files;
  private final MigratePlanner planner;

  public MigrateStart(DriveSet drives, MigratePlanner planner) {
    this.drives = drives;
    this.files = new MirroredFiles(drives);
    this.planner = planner;
  }

  /**
   * Whether a plan may have work: an SCM drive is full or missing, or an earlier migration did not
   * end. Reads no map, so that it can be asked often.
   */
  public boolean isDue(Root head) throws IOException {
    if (MigrateAttempts.anyLive(head)) {
      return true;
    }
    Set<String> missing = new HashSet<>();
    head.drives().stream()
        .filter(info -> info.tier() == Tier.SCM)
        .forEach(info -> missing.add(info.id()));
    for (DriveInfo info : drives.available(Tier.SCM)) {
      missing.remove(info.id());
      if (planner.isFull(drives.space(info.id()))) {
        return true;
      }
    }
    return !missing.isEmpty();
  }

  /** What a migration from this head would do; changes nothing. */
  public MigratePlan preview(Root head) throws IOException {
    return MigrateAttempts.anyLive(head) ? plan(head).afterUnfinished() : plan(head);
  }

  private MigratePlan plan(Root head) throws IOException {
    return planner.plan(MigrateView.of(drives, head, LocationMap.load(files, head)));
  }

  /**
   * The plan to carry out; with stripes in it, the committer's attempt is live from then on.
   *
   * @throws CommitConflictException if a migration that started later has taken over
   */
  public MigratePlan begin(RootCommitter committer, Clock clock)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    MigratePlan plan = preview(committer.refresh());
    if (!plan.hasWork()) {
      return plan;
    }
    Root head = committer.commit(MigrateAttempts.begin(committer.attempt()));
    freeMirrorsLeft(LocationMap.load(files, head));
    if (plan.runWanted()) {
      makeRuns(committer, clock);
      head = committer.head();
    }
    plan = plan(head);
    if (plan.stripes().isEmpty()) {
      committer.commit(MigrateAttempts.end(Set.of(committer.attempt())));
    }
    return plan;
  }

  /**
   * Deletes mirrors of segments that stand in stripes: a migration that was stopped after a commit
   * left them, and until the next sweep they would keep the drives full.
   */
  private void freeMirrorsLeft(LocationMap map) throws InterruptedIOException {
    for (DriveInfo info : drives.available(Tier.SCM)) {
      try {
        drives.call(
            info.id(),
            drive -> {
              for (StoredFile file : drive.list(SEGMENTS)) {
                if (standsInStripe(map, file)) {
                  drive.delete(file.name());
                }
              }
              return null;
            });
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException e) {
        LOG.info("mirrors left on {} wait for the sweep: {}", info.id(), e.toString());
      }
    }
  }

  private static boolean standsInStripe(LocationMap map, StoredFile file) {
    return map.find(file.name().substring(SEGMENTS.length() + 1))
        .filter(segment -> segment.place() instanceof StripePlace)
        .isPresent();
  }

  /** Ingest makes runs too: whoever comes second looks again. */
  private void makeRuns(RootCommitter committer, Clock clock)
      throws CommitUnknownException, ArbiterException, IOException {
    try (SegmentReader segments = new SegmentReader(drives)) {
      RunMaker runs =
          new RunMaker(
              files,
              segments,
              new LocationMapWriter(files, committer.attempt()),
              committer.attempt(),
              RunMaker.Policy.DEFAULTS,
              clock);
      for (Optional<RunChange> run = runs.make(committer.head());
          run.isPresent();
          run = runs.make(committer.refresh())) {
        try {
          committer.commit(run.get());
        } catch (CommitConflictException overtaken) {
          LOG.info("a run is made again: {}", overtaken.getMessage());
          if (!MigrateAttempts.isLive(committer.refresh().attempts(), committer.attempt())) {
            return;
          }
        }
      }
    }
  }
}
