package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.rewrite.LeafRewriter;
import io.basalt.storage.rewrite.RewritePlan;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.util.Collector;

/** Copies live parts of what is sparse, and writes leaves that nothing refers to yet. */
final class RewriteWorker extends StoreFunction<RewriteTask, RewriteResult> {
  private static final long serialVersionUID = 1;
  private static final int READS_AT_ONCE = 4;

  private transient StoreReader reader;
  private transient ExecutorService reads;
  private transient LeafRewriter rewriter;

  RewriteWorker(BatchOptions options) {
    super(options);
  }

  @Override
  public void processElement(RewriteTask task, Context context, Collector<RewriteResult> out)
      throws IOException {
    out.collect(
        new RewriteResult(
            task.run(), task.base(), task.tasks(), rewriter(task).rewrite(task.work())));
  }

  /** All tasks are of one run: a failure restarts the planner too. */
  private LeafRewriter rewriter(RewriteTask task) throws IOException {
    if (rewriter == null) {
      SecureRandom random = new SecureRandom();
      reader = StoreReader.open(store().drives(), store().root(task.base()));
      reads =
          Executors.newFixedThreadPool(READS_AT_ONCE, DaemonThreads.named("basalt-rewrite-reads"));
      rewriter =
          new LeafRewriter(
              reader,
              store().drives(),
              TreeFileWriter.of(new MirroredFiles(store().drives()), task.run(), random),
              LeafLimits.DEFAULTS,
              new LeafRewriter.Options(
                  "%s-%016x".formatted(task.run(), random.nextLong()),
                  store().config().segmentSize(),
                  RewritePlan.code(store().config(), store().drives()),
                  reads),
              random);
    }
    return rewriter;
  }

  @Override
  public void close() throws IOException {
    try {
      if (reads != null) {
        reads.shutdownNow();
      }
      if (reader != null) {
        reader.close();
      }
    } finally {
      super.close();
    }
  }
}
