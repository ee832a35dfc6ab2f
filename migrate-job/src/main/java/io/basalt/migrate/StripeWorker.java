package io.basalt.migrate;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.migrate.StripeMaker;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;
import org.apache.flink.util.Collector;

/** Makes stripes. One that cannot be made is a result, not a failure of the job. */
final class StripeWorker extends StoreFunction<StripeTask, StripeResult> {
  private static final long serialVersionUID = 1;

  private transient StripeMaker maker;

  StripeWorker(BatchOptions options) {
    super(options);
  }

  @Override
  public void processElement(StripeTask task, Context context, Collector<StripeResult> out)
      throws IOException {
    StripeMaker.Outcome outcome = maker(task.run()).make(task.planned());
    if (outcome instanceof StripeMaker.Outcome.Made made) {
      out.collect(
          new StripeResult(task.run(), task.stripes(), Optional.of(made.stripe()), made.problem()));
    } else if (outcome instanceof StripeMaker.Outcome.Failed failed) {
      out.collect(new StripeResult(task.run(), task.stripes(), Optional.empty(), failed.reason()));
    }
  }

  /** All tasks are of one run: a failure restarts the planner too. */
  private StripeMaker maker(String run) {
    if (maker == null) {
      maker =
          new StripeMaker(
              store().drives(),
              store()::map,
              Attempt.parse(run),
              getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
              new SecureRandom());
    }
    return maker;
  }

  @Override
  public void close() throws IOException {
    try {
      if (maker != null) {
        maker.close();
      }
    } finally {
      super.close();
    }
  }
}
