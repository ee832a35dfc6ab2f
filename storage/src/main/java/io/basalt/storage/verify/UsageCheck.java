package io.basalt.storage.verify;

import io.basalt.storage.compact.Usage;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The usage counts of each segment just the bytes that the leaves refer to. A segment of which it
 * counts none is freed one day, whatever refers to it. Counted here anew, as an oracle does.
 */
final class UsageCheck {
  private final Map<String, Long> live = new HashMap<>();

  /** The states of all leaves as they pass, counted. */
  Iterator<PathState> counting(Iterator<PathState> states) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return states.hasNext();
      }

      @Override
      public PathState next() {
        PathState state = states.next();
        count(state);
        return state;
      }
    };
  }

  private void count(PathState state) {
    if (state.file().isPresent()) {
      for (Extent extent : state.file().get().extents()) {
        live.merge(extent.shard().segment(), (long) extent.take(), Long::sum);
      }
    }
    for (Event part : state.parts()) {
      for (Shard shard : part.shards()) {
        live.merge(shard.segment(), (long) shard.length(), Long::sum);
      }
    }
  }

  /** Compares what was counted with what the usage of a root says. */
  void check(Root root, Usage said, Findings findings) {
    String file = root.tree().map(TreeTop::usage).map(FileRef::name).orElseThrow();
    Set<String> segments = new TreeSet<>(live.keySet());
    segments.addAll(said.segments().keySet());
    for (String segment : segments) {
      Usage.Segment known = said.segments().get(segment);
      long counted = known == null ? 0 : known.liveBytes();
      long referred = live.getOrDefault(segment, 0L);
      if (counted != referred) {
        findings.problem(
            Problem.Kind.TREE,
            "",
            file,
            "counts %d live bytes of segment %s, the leaves refer to %d"
                .formatted(counted, segment, referred));
      }
    }
  }
}
