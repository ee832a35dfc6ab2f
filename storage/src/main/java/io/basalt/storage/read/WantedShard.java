package io.basalt.storage.read;

import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A shard and the extents of a file that take bytes of it: several where overlays cut it. */
record WantedShard(Shard shard, List<Extent> extents) {
  /** Gives the sink what the file has of these bytes, which stand at {@code from} of the shard. */
  void write(ByteBuffer bytes, int from, FileSink sink) throws IOException {
    for (Extent extent : extents) {
      int first = Math.max(from, extent.skip());
      int after = Math.min(from + bytes.limit(), extent.skip() + extent.take());
      if (first < after) {
        sink.write(
            bytes.slice(first - from, after - first), extent.start() + first - extent.skip());
      }
    }
  }
}
