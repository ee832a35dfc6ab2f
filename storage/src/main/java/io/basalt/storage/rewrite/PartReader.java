package io.basalt.storage.rewrite;

import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.segment.IndexBlockCodec;
import io.basalt.storage.stripe.SegmentSource;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;

/**
 * Reads live parts where they are by now, each shard checked, as parts of a file that a store's
 * reader reads: whatever moved meanwhile or is lost on one drive is no matter here.
 */
final class PartReader {
  private static final Version NONE = new Version(1, 0);

  private final StoreReader store;

  PartReader(StoreReader store) {
    this.store = store;
  }

  /** The checksum of a part; that of a whole shard is known, others are read. */
  int crc32c(Part part) throws IOException {
    if (part.isWhole()) {
      return part.shard().crc32c();
    }
    CRC32C crc = new CRC32C();
    FileState file = new FileState("/part", part.take(), 0, NONE, List.of(part.at(0)));
    store.read(file, new Sink(crc::update));
    return (int) crc.getValue();
  }

  /** Hands all shards of a new segment to the sink, in order. */
  void read(NewSegment segment, Bytes sink) throws IOException {
    store.read(segment.content(), new Sink(sink));
  }

  /**
   * New segments for a stripe. A shard that the stripe's columns cut is read once for each piece.
   *
   * @param executor runs the reads, several at once
   */
  SegmentSource source(List<NewSegment> segments, Executor executor) {
    Map<String, NewSegment> byId = new HashMap<>();
    Map<String, FileState> contents = new HashMap<>();
    for (NewSegment segment : segments) {
      byId.put(segment.id(), segment);
      contents.put(segment.id(), segment.content());
    }
    return (location, position, target) ->
        CompletableFuture.runAsync(
            () -> {
              try {
                String id = location.segment();
                fill(byId.get(id), contents.get(id), location, position, target.slice());
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            executor);
  }

  private void fill(
      NewSegment segment,
      FileState content,
      SegmentLocation location,
      long position,
      ByteBuffer target)
      throws IOException {
    long end = Math.min(position + target.remaining(), location.dataEnd());
    if (position < end) {
      store.read(content, position, end, new Sink(target::put));
    }
    if (target.hasRemaining()) {
      // A stripe has no hole, so the index blocks follow the shards there.
      int from = (int) (position + target.position() - location.dataEnd());
      int start = IndexBlockCodec.SEAL_BYTES + from;
      target.put(segment.upper().slice(start, target.remaining()));
    }
  }

  /** Takes the bytes from the position to the limit. */
  @FunctionalInterface
  interface Bytes {
    void take(ByteBuffer bytes) throws IOException;
  }

  private record Sink(Bytes bytes) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      bytes.take(source);
      source.position(source.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
