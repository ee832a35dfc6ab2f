package io.basalt.compaction;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.StretchMerger;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Merges stretches into leaves that nothing refers to yet. */
final class MergeWorker extends ProcessFunction<MergeTask, MergeResult> {
  private static final long serialVersionUID = 1;

  private final CompactionOptions options;
  private transient CompactionStore store;
  private transient StoreReader reader;
  private transient StretchMerger merger;

  MergeWorker(CompactionOptions options) {
    this.options = options;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    store = CompactionStore.open(options);
  }

  @Override
  public void processElement(MergeTask task, Context context, Collector<MergeResult> out)
      throws IOException {
    Optional<Merged> merged =
        task.stretch().isPresent()
            ? Optional.of(merger(task).merge(task.stretch().get()))
            : Optional.empty();
    out.collect(new MergeResult(task.run(), task.base(), task.tasks(), merged));
  }

  /** All tasks are of one run: a failure restarts the planner too. */
  private StretchMerger merger(MergeTask task) throws IOException {
    if (merger == null) {
      reader = StoreReader.open(store.drives(), store.base(task.base()));
      merger =
          new StretchMerger(
              reader,
              store.files(Attempt.parse(task.run()), new MirroredFiles(store.drives())),
              LeafLimits.DEFAULTS);
    }
    return merger;
  }

  @Override
  public void close() throws IOException {
    if (store != null) {
      try {
        if (reader != null) {
          reader.close();
        }
      } finally {
        store.close();
      }
    }
  }
}
