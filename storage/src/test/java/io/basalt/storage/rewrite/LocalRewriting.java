package io.basalt.storage.rewrite;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** A pass that rewrites what is sparse, as the job does it, step by step on one thread. */
public final class LocalRewriting {
  static final StripeShape.Code CODE =
      StripeShape.Code.of(new Erasure(OptionalInt.of(2), OptionalInt.of(1)), 3);
  private static final long SEGMENT_SIZE = 1 << 20;

  private final DriveSet drives;
  private final MirroredFiles mirrors;
  private final RootCommitter committer;
  private final Attempt attempt;
  private final TreeFileWriter files;
  private final Root base;
  private final Random random;

  private LocalRewriting(
      DriveSet drives, RootCommitter committer, Attempt attempt, Root base, Random random) {
    this.drives = drives;
    this.mirrors = new MirroredFiles(drives, random);
    this.committer = committer;
    this.attempt = attempt;
    this.base = base;
    this.random = random;
    this.files = new TreeFileWriter(mirrors, attempt + "-0");
  }

  /** What a pass at this root would rewrite, with half as the threshold. */
  static RewritePlan plan(DriveSet drives, Root root) throws IOException {
    MirroredFiles mirrors = new MirroredFiles(drives);
    long bytes = RewritePlan.leaves(drives, root).stream().mapToLong(LeafRef::storedBytes).sum();
    return new SparsePlanner(0.5, SEGMENT_SIZE, CODE, EnumSet.allOf(Tier.class))
        .plan(
            UsageCodec.read(mirrors, root.tree().map(TreeTop::usage)),
            LocationMap.load(mirrors, root),
            bytes);
  }

  /** Whether nothing is sparse any more that a pass would find worth its while. */
  public static boolean isDone(DriveSet drives) throws IOException, ArbiterException {
    return !plan(drives, new RootFiles(drives, 3).head()).hasWork();
  }

  /** Commits the start. */
  public static LocalRewriting start(DriveSet drives, Arbiter arbiter, Clock clock, long seed)
      throws Exception {
    RootFiles roots = new RootFiles(drives, 3);
    Random random = new Random(seed);
    Root head = roots.head();
    Attempt attempt = Attempt.start(head, random);
    RootCommitter committer =
        RootCommitter.open(roots, arbiter, Attempt.start(head, random), clock);
    Root started = committer.commit(new CompactionStart(attempt, clock));
    Root base = roots.read(CompactionStart.base(started, attempt));
    return new LocalRewriting(drives, committer, attempt, base, random);
  }

  public List<Rewritten> rewrite() throws IOException {
    List<Rewritten> done = new ArrayList<>();
    try (StoreReader reader = StoreReader.open(drives, base)) {
      LeafRewriter rewriter =
          new LeafRewriter(
              reader,
              drives,
              files,
              LocalCompaction.FEW,
              new LeafRewriter.Options(attempt + "-1", SEGMENT_SIZE, CODE, Runnable::run),
              random);
      for (RewritePlan.Task task :
          plan(drives, base).tasks(RewritePlan.leaves(drives, base), LastUses.of(drives))) {
        done.add(rewriter.rewrite(task));
      }
    }
    return done;
  }

  public Rewriting.Outcome commit(List<Rewritten> done) throws Exception {
    return new Rewriting(mirrors, committer, attempt, base, files).commit(done);
  }

  /** All steps. */
  public static Rewriting.Outcome run(DriveSet drives, Arbiter arbiter, Clock clock, long seed)
      throws Exception {
    LocalRewriting rewriting = start(drives, arbiter, clock, seed);
    return rewriting.commit(rewriting.rewrite());
  }
}
