package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.rewrite.Rewriting;
import io.basalt.storage.rewrite.Rewritten;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.Collector;

/** Commits all rewritten leaves in one root, once the last task is done. */
final class RewriteCommitter extends StoreFunction<RewriteResult, Void> {
  static final String ROOT = "rewriteRoot";
  static final String REWRITTEN_BYTES = "rewriteBytes";

  private static final long serialVersionUID = 1;

  private final LongCounter root = new LongCounter();
  private final LongCounter rewrittenBytes = new LongCounter();
  private transient List<Rewritten> done;

  RewriteCommitter(BatchOptions options) {
    super(options);
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(ROOT, root);
    getRuntimeContext().addAccumulator(REWRITTEN_BYTES, rewrittenBytes);
    super.open(context);
    done = new ArrayList<>();
  }

  @Override
  public void processElement(RewriteResult result, Context context, Collector<Void> out)
      throws IOException, CommitUnknownException {
    done.add(result.rewritten());
    if (done.size() == result.tasks()) {
      commit(result);
    }
  }

  private void commit(RewriteResult result) throws IOException, CommitUnknownException {
    MirroredFiles mirrors = new MirroredFiles(store().drives());
    try {
      Rewriting.Outcome outcome =
          new Rewriting(
                  mirrors,
                  store().committer(),
                  Attempt.parse(result.run()),
                  store().root(result.base()),
                  TreeFileWriter.of(mirrors, result.run(), new SecureRandom()))
              .commit(done);
      root.add(outcome.root());
      rewrittenBytes.add(outcome.leafBytes() + outcome.copiedBytes());
    } catch (CommitConflictException | ArbiterException e) {
      throw new SuppressRestartsException(e);
    }
  }
}
