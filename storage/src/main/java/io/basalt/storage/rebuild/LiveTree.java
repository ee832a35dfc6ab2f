package io.basalt.storage.rebuild;

import io.basalt.storage.rebuild.RebuildReport.Lost;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sets aside what lost bytes, and counts what the rest refers to. */
final class LiveTree {
  private final FoundSegments segments;
  private final Map<String, Long> liveBytes = new HashMap<>();
  private final List<Lost> lost = new ArrayList<>();
  private long files;
  private long bytes;

  LiveTree(FoundSegments segments) {
    this.segments = segments;
  }

  /** What of a path can be read; files and uploads that lost bytes are noted and left out. */
  PathState readable(PathState state) throws InterruptedIOException {
    Optional<FileState> file = state.file();
    if (file.isPresent() && !isWhole(file.get())) {
      file = Optional.empty();
    }
    PathState left = new PathState(state.path(), file, parts(state));
    count(left);
    return left;
  }

  private boolean isWhole(FileState file) throws InterruptedIOException {
    long gone = 0;
    for (Extent extent : file.extents()) {
      gone += segments.isThere(extent.shard()) ? 0 : extent.take();
    }
    if (gone > 0) {
      lost.add(new Lost(file.path(), "", file.size(), gone));
    }
    return gone == 0;
  }

  /** An upload is nothing without all of its parts. */
  private List<Event> parts(PathState state) throws InterruptedIOException {
    Map<String, Long> gone = new LinkedHashMap<>();
    for (Event part : state.parts()) {
      for (Shard shard : part.shards()) {
        if (!segments.isThere(shard)) {
          gone.merge(part.upload().orElseThrow(), (long) shard.length(), Long::sum);
        }
      }
    }
    gone.forEach(
        (upload, bytesGone) ->
            lost.add(new Lost(state.path(), upload, size(state, upload), bytesGone)));
    return state.parts().stream()
        .filter(part -> !gone.containsKey(part.upload().orElseThrow()))
        .toList();
  }

  private static long size(PathState state, String upload) {
    return state.parts().stream()
        .filter(part -> part.upload().orElseThrow().equals(upload))
        .mapToLong(Event::lengthBytes)
        .sum();
  }

  private void count(PathState state) {
    if (state.file().isPresent()) {
      files++;
      bytes += state.file().get().size();
      for (Extent extent : state.file().get().extents()) {
        count(extent.shard(), extent.take());
      }
    }
    for (Event part : state.parts()) {
      part.shards().forEach(shard -> count(shard, shard.length()));
    }
  }

  private void count(Shard shard, long more) {
    liveBytes.merge(shard.segment(), more, Long::sum);
    segments.refer(shard);
  }

  /** Bytes of each segment that the tree refers to. */
  Map<String, Long> liveBytes() {
    return liveBytes;
  }

  List<Lost> lost() {
    return lost;
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }
}
