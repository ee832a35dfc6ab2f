package io.basalt.migrate;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlanner;
import io.basalt.storage.migrate.MigrateStart;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.Collector;

/** Begins the migration and hands out its stripes. */
final class MigrationPlanner extends StoreFunction<Long, StripeTask> {
  static final String BLOCKED = "blocked";
  static final String NOTES = "notes";

  private static final long serialVersionUID = 1;

  private final ListAccumulator<String> blocked = new ListAccumulator<>();
  private final ListAccumulator<String> notes = new ListAccumulator<>();

  MigrationPlanner(BatchOptions options) {
    super(options);
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(BLOCKED, blocked);
    getRuntimeContext().addAccumulator(NOTES, notes);
    super.open(context);
  }

  @Override
  public void processElement(Long start, Context context, Collector<StripeTask> out)
      throws IOException, CommitUnknownException {
    RootCommitter committer = store().committer();
    MigratePlan plan = plan(committer);
    plan.blocked().ifPresent(blocked::add);
    plan.notes().forEach(notes::add);
    for (PlannedStripe stripe : plan.stripes()) {
      out.collect(new StripeTask(committer.attempt().toString(), plan.stripes().size(), stripe));
    }
  }

  private MigratePlan plan(RootCommitter committer) throws IOException, CommitUnknownException {
    MigratePlanner planner = MigratePlanner.of(store().config(), new SecureRandom());
    try {
      return new MigrateStart(store().drives(), planner).begin(committer, Clock.systemUTC());
    } catch (CommitConflictException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }
}
