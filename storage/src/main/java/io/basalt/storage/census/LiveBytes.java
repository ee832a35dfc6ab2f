package io.basalt.storage.census;

import io.basalt.storage.compact.Usage;
import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.PathChange;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * How many bytes of each segment files consist of. The usage that comes with the leaves says it of
 * them, so only what changed since is read, path by path, and the leaves that hold such a path.
 */
public final class LiveBytes {
  private final Map<String, Long> bySegment = new HashMap<>();

  private LiveBytes() {}

  /** Bytes of files as the reader's root has them, one copy, by segment. */
  public static Map<String, Long> bySegment(StoreReader reader, MirroredFiles mirrors)
      throws IOException {
    LiveBytes live = new LiveBytes();
    try {
      Usage usage = UsageCodec.read(mirrors, reader.root().tree().map(TreeTop::usage));
      usage.segments().forEach((segment, used) -> live.add(segment, used.liveBytes()));
      for (Iterator<LeafRef> leaves = reader.leaves(); leaves.hasNext(); ) {
        live.removeParts(leaves.next(), reader);
      }
      for (Iterator<PathChange> changes = reader.changes(); changes.hasNext(); ) {
        PathChange change = changes.next();
        live.addFile(change.before(), -1);
        live.addFile(change.after(), 1);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    live.bySegment.values().removeIf(bytes -> bytes == 0);
    return live.bySegment;
  }

  /** Of parts that are not published the usage counts the bytes, too. */
  private void removeParts(LeafRef leaf, StoreReader reader) throws IOException {
    if (leaf.parts() == 0) {
      return;
    }
    PathRange paths = PathRange.between(leaf.minPath(), leaf.maxPath());
    for (Iterator<PathState> states = reader.settled(paths); states.hasNext(); ) {
      for (Event part : states.next().parts()) {
        for (Shard shard : part.shards()) {
          add(shard.segment(), -shard.length());
        }
      }
    }
  }

  private void addFile(PathState state, int sign) {
    if (state.file().isPresent()) {
      for (Extent extent : state.file().get().extents()) {
        add(extent.shard().segment(), sign * (long) extent.take());
      }
    }
  }

  private void add(String segment, long bytes) {
    bySegment.merge(segment, bytes, Long::sum);
  }
}
