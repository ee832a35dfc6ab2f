package io.basalt.storage.migrate;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run of migration in a {@link MigrateWorld}, which a test can stop between any two steps. */
final class SteppedMigration {
  private final MigrateWorld world;
  private final DriveSet set;
  private final RootCommitter committer;
  private final List<String> problems = new ArrayList<>();
  private MigratePlan plan;
  private StripeMaker maker;
  private StripeCommitter stripes;
  private MadeStripe made;
  private int next;
  private int moved;
  private int segments;
  private long freed;
  private boolean ended;

  SteppedMigration(MigrateWorld world) throws IOException, ArbiterException {
    this.world = world;
    set = world.open();
    committer = world.committer(set);
  }

  /** Goes on as if the plan were for the sake of one segment, whose stripe the others fill. */
  void wantsOnly(SegmentLocation wanted) {
    List<PlannedStripe> its = new ArrayList<>();
    for (PlannedStripe stripe : plan.stripes()) {
      List<PlannedSegment> segments = new ArrayList<>();
      for (PlannedSegment each : stripe.segments()) {
        boolean isWanted = each.segment().equals(wanted);
        Why why = isWanted ? Why.LOST_MIRROR : Why.FILLS_STRIPE;
        segments.add(new PlannedSegment(each.segment(), each.offset(), why));
      }
      if (segments.stream().anyMatch(each -> each.why() == Why.LOST_MIRROR)) {
        its.add(new PlannedStripe(stripe.shape(), segments));
      }
    }
    plan = new MigratePlan(its, false, false, Optional.empty(), List.of());
  }

  /** Steps until nothing is left to do. */
  void finish() throws Exception {
    boolean more = true;
    while (more) {
      more = step();
    }
  }

  /** Plans, makes a stripe, commits one, or ends; false once it has ended. */
  boolean step() throws Exception {
    if (plan == null) {
      plan = new MigrateStart(set, world.planner()).begin(committer, Clock.systemUTC());
      stripes = new StripeCommitter(set, world.committer(set), committer.attempt());
      maker =
          new StripeMaker(
              set,
              known -> known.reload(new MirroredFiles(set), newestHead(set)),
              committer.attempt(),
              0,
              world.random());
    } else if (made != null) {
      commit();
    } else if (next < plan.stripes().size()) {
      make(plan.stripes().get(next++));
    } else if (!ended) {
      if (!plan.stripes().isEmpty()) {
        stripes.end();
      }
      maker.close();
      ended = true;
    } else {
      return false;
    }
    return true;
  }

  private void make(PlannedStripe planned) throws IOException {
    StripeMaker.Outcome outcome = maker.make(planned);
    if (outcome instanceof StripeMaker.Outcome.Made whole) {
      made = whole.stripe();
      if (!whole.problem().isEmpty()) {
        problems.add(whole.problem());
      }
    } else if (outcome instanceof StripeMaker.Outcome.Failed failed) {
      problems.add(failed.reason());
    }
  }

  private void commit() throws Exception {
    StripeCommitter.Outcome outcome = stripes.commit(made);
    if (outcome instanceof StripeCommitter.Outcome.Moved done) {
      moved++;
      segments += made.segments().size();
      freed += done.freedBytes();
    } else if (outcome instanceof StripeCommitter.Outcome.Lost lost) {
      problems.add(lost.reason());
    }
    made = null;
  }

  Done done() {
    return new Done(moved, segments, freed, plan, problems);
  }

  /** What a migration did. */
  record Done(
      int stripes, int segments, long freedBytes, MigratePlan plan, List<String> problems) {}

  private static Root newestHead(DriveSet set) throws IOException {
    try {
      return new RootFiles(set, MigrateWorld.ROOT_COPIES).head();
    } catch (ArbiterException e) {
      throw new IOException(e);
    }
  }

  /** Whether a migration was told that another has taken over. */
  static boolean overtaken(CommitConflictException e) {
    return e.getMessage().contains("was ended by another")
        || e.getMessage().contains("was overtaken by")
        || e.getMessage().contains("has ended");
  }
}
