package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.StoreFunction;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.StretchMerger;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;
import org.apache.flink.util.Collector;

/** Merges stretches into leaves that nothing refers to yet. */
final class MergeWorker extends StoreFunction<MergeTask, MergeResult> {
  private static final long serialVersionUID = 1;

  private transient StoreReader reader;
  private transient StretchMerger merger;

  MergeWorker(BatchOptions options) {
    super(options);
  }

  @Override
  public void processElement(MergeTask task, Context context, Collector<MergeResult> out)
      throws IOException {
    Optional<Merged> merged =
        task.stretch().isPresent()
            ? Optional.of(merger(task).merge(task.stretch().get()))
            : Optional.empty();
    out.collect(new MergeResult(task.run(), task.base(), task.tasks(), task.abandonment(), merged));
  }

  /** All tasks are of one run: a failure restarts the planner too. */
  private StretchMerger merger(MergeTask task) throws IOException {
    if (merger == null) {
      reader = StoreReader.open(store().drives(), store().root(task.base()));
      merger =
          new StretchMerger(
              reader,
              TreeFileWriter.of(
                  new MirroredFiles(store().drives()), task.run(), new SecureRandom()),
              LeafLimits.DEFAULTS,
              task.abandonment());
    }
    return merger;
  }

  @Override
  public void close() throws IOException {
    try {
      if (reader != null) {
        reader.close();
      }
    } finally {
      super.close();
    }
  }
}
