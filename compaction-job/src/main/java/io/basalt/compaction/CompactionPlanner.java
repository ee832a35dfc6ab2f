package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.WriteLogs;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.CompactionPlan;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.Stretch;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.admin.Admin;

/**
 * Begins the compaction, which pins its root, looks how far the write topic reaches, and hands out
 * the stretches.
 */
final class CompactionPlanner extends StoreFunction<Long, MergeTask> {
  private static final long serialVersionUID = 1;

  CompactionPlanner(BatchOptions options) {
    super(options);
  }

  @Override
  public void processElement(Long start, Context context, Collector<MergeTask> out)
      throws IOException, CommitUnknownException {
    Attempt run = store().attempt();
    Pruner pruner = new Pruner(store().roots(), store().config().retention());
    Root started = begin(run, pruner);
    Root base = store().root(CompactionStart.base(started, run));
    Abandonment abandonment =
        CompactionPlan.abandonment(
            store().drives(),
            base,
            ends(base),
            started.at(),
            store().config().compaction().uploadRetention());
    List<Stretch> stretches =
        CompactionPlan.of(
                store().drives(),
                base,
                CopyPolicy.of(store().config()),
                pruner.expiry(),
                abandonment)
            .stretches();
    int tasks = Math.max(1, stretches.size());
    if (stretches.isEmpty()) {
      out.collect(
          new MergeTask(run.toString(), base.number(), tasks, abandonment, Optional.empty()));
    }
    for (Stretch stretch : stretches) {
      out.collect(
          new MergeTask(run.toString(), base.number(), tasks, abandonment, Optional.of(stretch)));
    }
  }

  private List<PartitionOffset> ends(Root base) throws IOException {
    try (Admin admin = Admin.create(KafkaSettings.admin(store().config().kafka()))) {
      return new WriteLogs(admin, store().config().kafka()).ends(base);
    }
  }

  /** Roots that the retention lets go expire first, so that the compaction frees what they held. */
  private Root begin(Attempt run, Pruner pruner) throws IOException, CommitUnknownException {
    try {
      Change start = new CompactionStart(run, Clock.systemUTC());
      Root started = store().committer().commit(start.then(pruner.expiry()));
      pruner.delete(started);
      return started;
    } catch (CommitConflictException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }
}
