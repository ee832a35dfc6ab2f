package io.basalt.storage.compact;

import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafWriter;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Folds the events of a stretch onto its leaves and writes what that comes to as new leaves.
 * Nothing refers to these before the commit; doing it twice writes them twice.
 */
public final class StretchMerger {
  private final Abandonment abandonment;
  private final StoreReader base;
  private final TreeFileWriter files;
  private final LeafLimits limits;

  /**
   * @param base reads the root that is compacted
   * @param abandonment says which uploads are dropped
   */
  public StretchMerger(
      StoreReader base, TreeFileWriter files, LeafLimits limits, Abandonment abandonment) {
    this.abandonment = abandonment;
    this.base = base;
    this.files = files;
    this.limits = limits;
  }

  public Merged merge(Stretch stretch) throws IOException {
    PathRange paths = stretch.paths();
    LiveBytes live = new LiveBytes();
    LeafWriter leaves = new LeafWriter(files, limits);
    FoldedPaths<PathState> folds =
        new FoldedPaths<>(
            live.subtracting(base.settled(paths)), base.since(paths), PathState::none);
    while (folds.hasNext()) {
      PathState state = abandonment.without(folds.next());
      live.add(state, 1);
      leaves.add(state);
    }
    return new Merged(stretch, leaves.finish(), live.changed());
  }

  /** Counts what states refer to, by segment. */
  private static final class LiveBytes {
    private final Map<String, Long> bytes = new HashMap<>();

    private void add(PathState state, int sign) {
      if (state.file().isPresent()) {
        for (Extent extent : state.file().get().extents()) {
          add(extent.shard().segment(), sign * (long) extent.take());
        }
      }
      for (Event part : state.parts()) {
        for (Shard shard : part.shards()) {
          add(shard.segment(), sign * (long) shard.length());
        }
      }
    }

    private void add(String segment, long more) {
      bytes.merge(segment, more, Long::sum);
    }

    /** The states as they pass, each subtracted. */
    private Iterator<PathState> subtracting(Iterator<PathState> states) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return states.hasNext();
        }

        @Override
        public PathState next() {
          PathState state = states.next();
          add(state, -1);
          return state;
        }
      };
    }

    private Map<String, Long> changed() {
      bytes.values().removeIf(more -> more == 0);
      return bytes;
    }
  }
}
