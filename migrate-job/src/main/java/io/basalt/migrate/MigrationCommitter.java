package io.basalt.migrate;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.migrate.MadeStripe;
import io.basalt.storage.migrate.StripeCommitter;
import java.io.IOException;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.Collector;

/** Commits each stripe, frees its mirrors, and ends the run with the last one. */
final class MigrationCommitter extends StoreFunction<StripeResult, Void> {
  static final String SEGMENTS = "segments";
  static final String STRIPES = "stripes";
  static final String READ_BYTES = "readBytes";
  static final String WRITTEN_BYTES = "writtenBytes";
  static final String FREED_BYTES = "freedBytes";
  static final String PROBLEMS = "problems";

  /** Problems that are listed; a plan that goes wrong does so for one reason mostly. */
  private static final int LISTED = 100;

  private static final long serialVersionUID = 1;

  private final LongCounter segments = new LongCounter();
  private final LongCounter stripes = new LongCounter();
  private final LongCounter readBytes = new LongCounter();
  private final LongCounter writtenBytes = new LongCounter();
  private final LongCounter freedBytes = new LongCounter();
  private final ListAccumulator<String> problems = new ListAccumulator<>();
  private transient StripeCommitter committer;
  private transient int seen;

  MigrationCommitter(BatchOptions options) {
    super(options);
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(SEGMENTS, segments);
    getRuntimeContext().addAccumulator(STRIPES, stripes);
    getRuntimeContext().addAccumulator(READ_BYTES, readBytes);
    getRuntimeContext().addAccumulator(WRITTEN_BYTES, writtenBytes);
    getRuntimeContext().addAccumulator(FREED_BYTES, freedBytes);
    getRuntimeContext().addAccumulator(PROBLEMS, problems);
    super.open(context);
  }

  @Override
  public void processElement(StripeResult result, Context context, Collector<Void> out)
      throws IOException, CommitUnknownException {
    if (committer == null) {
      committer =
          new StripeCommitter(store().drives(), store().committer(), Attempt.parse(result.run()));
    }
    try {
      if (result.made().isPresent()) {
        commit(result.made().get());
      }
      if (!result.problem().isEmpty()) {
        report(result.problem());
      }
      seen++;
      if (seen == result.stripes()) {
        committer.end();
      }
    } catch (CommitConflictException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }

  private void commit(MadeStripe made)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    StripeCommitter.Outcome outcome = committer.commit(made);
    readBytes.add(made.readBytes());
    writtenBytes.add(made.writtenBytes());
    if (outcome instanceof StripeCommitter.Outcome.Moved moved) {
      stripes.add(1);
      segments.add(made.segments().size());
      freedBytes.add(moved.freedBytes());
    } else if (outcome instanceof StripeCommitter.Outcome.Lost lost) {
      report(lost.reason());
    }
  }

  private void report(String problem) {
    if (problems.getLocalValue().size() < LISTED) {
      problems.add(problem);
    }
  }
}
