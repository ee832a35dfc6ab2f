package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.Compaction;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.rewrite.LastUses;
import io.basalt.storage.rewrite.RewritePlan;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.Collector;

/**
 * Commits all leaves in one root, once the last stretch is merged; then begins to rewrite what is
 * sparse, if that is worth it, and hands out its parts.
 */
final class CompactionCommitter extends StoreFunction<MergeResult, RewriteTask> {
  static final String ROOT = "root";
  static final String RUNS_IN = "runsIn";
  static final String LEAVES_OUT = "leavesOut";
  static final String REWRITTEN_BYTES = "rewrittenBytes";
  static final String FREED_BYTES = "freedBytes";

  private static final long serialVersionUID = 1;

  private final LongCounter root = new LongCounter();
  private final LongCounter runsIn = new LongCounter();
  private final LongCounter leavesOut = new LongCounter();
  private final LongCounter rewrittenBytes = new LongCounter();
  private final LongCounter freedBytes = new LongCounter();
  private final BatchOptions options;
  private transient PinKeeper pin;
  private transient List<Merged> merged;
  private transient int seen;

  CompactionCommitter(BatchOptions options) {
    super(options);
    this.options = options;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(ROOT, root);
    getRuntimeContext().addAccumulator(RUNS_IN, runsIn);
    getRuntimeContext().addAccumulator(LEAVES_OUT, leavesOut);
    getRuntimeContext().addAccumulator(REWRITTEN_BYTES, rewrittenBytes);
    getRuntimeContext().addAccumulator(FREED_BYTES, freedBytes);
    super.open(context);
    merged = new ArrayList<>();
    pin = PinKeeper.start(options);
  }

  @Override
  public void processElement(MergeResult result, Context context, Collector<RewriteTask> out)
      throws IOException, CommitUnknownException {
    result.merged().ifPresent(merged::add);
    seen++;
    if (seen == result.tasks()) {
      try {
        RootCommitter committer = store().committer();
        commit(result, committer);
        rewrite(committer, out);
      } catch (CommitConflictException | ArbiterException e) {
        throw new SuppressRestartsException(e);
      }
    }
  }

  private void commit(MergeResult result, RootCommitter committer)
      throws IOException, CommitUnknownException, CommitConflictException, ArbiterException {
    Attempt run = Attempt.parse(result.run());
    MirroredFiles mirrors = new MirroredFiles(store().drives());
    Compaction.Outcome outcome =
        new Compaction(
                store().drives(),
                mirrors,
                committer,
                run,
                store().root(result.base()),
                TreeFileWriter.of(mirrors, result.run(), new SecureRandom()),
                CopyPolicy.of(store().config()))
            .commit(merged, result.abandonment());
    root.add(outcome.root());
    runsIn.add(outcome.runsIn());
    leavesOut.add(outcome.leavesOut());
    rewrittenBytes.add(outcome.rewrittenBytes());
    freedBytes.add(outcome.freedBytes() + sweep(committer));
  }

  /** A rewriting is an attempt of its own: it works at a root that has the new leaves. */
  private void rewrite(RootCommitter committer, Collector<RewriteTask> out)
      throws IOException, CommitUnknownException, CommitConflictException, ArbiterException {
    RewritePlan plan = RewritePlan.of(store().drives(), committer.head(), store().config());
    if (!plan.hasWork()) {
      return;
    }
    Attempt run = store().attempt();
    Root started = committer.commit(new CompactionStart(run, Clock.systemUTC()));
    Root base = store().root(CompactionStart.base(started, run));
    List<RewritePlan.Task> tasks =
        plan.tasks(RewritePlan.leaves(store().drives(), base), LastUses.of(store().drives()));
    for (RewritePlan.Task task : tasks) {
      out.collect(new RewriteTask(run.toString(), base.number(), tasks.size(), task));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (pin != null) {
        pin.close();
      }
    } finally {
      super.close();
    }
  }

  /** Deletes what attempts that have ended left behind, and files of trees that no root keeps. */
  private long sweep(RootCommitter committer)
      throws IOException, CommitUnknownException, CommitConflictException, ArbiterException {
    Change raising = Sweeper.raising(Sweeper.GRACE, 0);
    Root head = committer.head();
    RootBuilder next = new RootBuilder(head);
    raising.apply(next);
    Root swept = next.floor() > head.floor() ? committer.commit(raising) : head;
    return Sweeps.of(store().drives(), store().config().rootCopies()).delete(swept).bytes();
  }
}
