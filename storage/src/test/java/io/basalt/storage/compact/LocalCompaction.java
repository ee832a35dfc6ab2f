package io.basalt.storage.compact;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.Tier;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A compaction as the job does it, step by step on one thread, with leaves of a few rows. */
public final class LocalCompaction {
  /** Leaves of a few rows. */
  public static final LeafLimits FEW = new LeafLimits(5, 12, 200);

  private static final long ROWS = 20;
  static final CopyPolicy COPIES = new CopyPolicy(Tier.CAPACITY, 3);

  private final DriveSet drives;
  private final MirroredFiles mirrors;
  private final RootCommitter committer;
  private final Attempt attempt;
  private final TreeFileWriter files;
  private final Root base;
  private final LeafLimits limits;
  private final long rows;
  private Abandonment abandonment = Abandonment.NONE;

  private LocalCompaction(
      DriveSet drives,
      RootCommitter committer,
      Attempt attempt,
      Root base,
      Random random,
      LeafLimits limits,
      long rows) {
    this.drives = drives;
    this.mirrors = new MirroredFiles(drives, random);
    this.committer = committer;
    this.attempt = attempt;
    this.base = base;
    this.limits = limits;
    this.rows = rows;
    this.files = new TreeFileWriter(mirrors, attempt + "-0");
  }

  /** Commits the start. */
  public static LocalCompaction start(DriveSet drives, Arbiter arbiter, Clock clock, long seed)
      throws Exception {
    return start(drives, arbiter, clock, seed, FEW, ROWS);
  }

  /** Commits the start of a compaction with such leaves and stretches. */
  static LocalCompaction start(
      DriveSet drives, Arbiter arbiter, Clock clock, long seed, LeafLimits limits, long rows)
      throws Exception {
    RootFiles roots = new RootFiles(drives, 3);
    Random random = new Random(seed);
    Root head = roots.head();
    Attempt attempt = Attempt.start(head, random);
    RootCommitter committer =
        RootCommitter.open(roots, arbiter, Attempt.start(head, random), clock);
    Root started = committer.commit(new CompactionStart(attempt, clock));
    Root base = roots.read(CompactionStart.base(started, attempt));
    return new LocalCompaction(drives, committer, attempt, base, random, limits, rows);
  }

  /** Drops what is abandoned, from the next merge on. */
  public Abandonment drop(List<PartitionOffset> ends, long at, Duration retention)
      throws IOException {
    abandonment = CompactionPlan.abandonment(drives, base, ends, at, retention);
    return abandonment;
  }

  public List<Merged> merge() throws IOException {
    List<Merged> merged = new ArrayList<>();
    try (StoreReader reader = StoreReader.open(drives, base)) {
      StretchMerger merger = new StretchMerger(reader, files, limits, abandonment);
      for (Stretch stretch : stretches(reader)) {
        merged.add(merger.merge(stretch));
      }
    }
    return merged;
  }

  private List<Stretch> stretches(StoreReader reader) throws IOException {
    List<LeafRef> leaves = new ArrayList<>();
    reader.leaves().forEachRemaining(leaves::add);
    StretchPlanner planner = new StretchPlanner(leaves, rows, limits);
    reader.changed(planner::add);
    planner.touch(leaf -> leaf.parts() > 0 && !abandonment.floors().isEmpty());
    return planner.stretches();
  }

  public Compaction.Outcome commit(List<Merged> merged) throws Exception {
    return new Compaction(drives, mirrors, committer, attempt, base, files, copies())
        .commit(merged, abandonment);
  }

  private CopyPolicy copies() {
    return drives.infos().stream().anyMatch(drive -> drive.tier() == Tier.CAPACITY)
        ? COPIES
        : new CopyPolicy(Tier.SCM, 2);
  }

  /** All steps. */
  public static Compaction.Outcome run(DriveSet drives, Arbiter arbiter, Clock clock, long seed)
      throws Exception {
    return start(drives, arbiter, clock, seed).finish();
  }

  /** All that is left after the start. */
  Compaction.Outcome finish() throws Exception {
    return commit(merge());
  }
}
