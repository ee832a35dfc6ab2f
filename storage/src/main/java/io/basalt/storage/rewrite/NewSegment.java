package io.basalt.storage.rewrite;

import io.basalt.storage.root.Place;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.segment.IndexBlockCodec;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A segment that is to hold live parts of others, one after the other. What it holds is known
 * before a byte of it is written: each part becomes a shard of its own.
 */
final class NewSegment {
  private final String id;
  private final Map<Part, Shard> shards;
  private final long dataEnd;
  private final ByteBuffer upper;

  /** The checksum of the bytes of a part. */
  @FunctionalInterface
  interface Checksums {
    int of(Part part) throws IOException;
  }

  /** A segment of these parts, in this order. */
  NewSegment(String id, List<Part> parts, Checksums checksums) throws IOException {
    this.id = id;
    this.shards = new LinkedHashMap<>();
    long end = 0;
    for (Part part : parts) {
      shards.put(part, new Shard(id, end, part.take(), checksums.of(part)));
      end += part.take();
    }
    this.dataEnd = end;
    this.upper = ByteBuffer.allocate(upperBytes(parts.size()));
    IndexBlockCodec.encodeCopies(id, List.copyOf(shards.values()), end, upper);
    upper.flip();
  }

  /** Bytes that a segment of so many parts takes above its shards. */
  static int upperBytes(int parts) {
    return IndexBlockCodec.SEAL_BYTES + IndexBlockCodec.copiesBytes(parts);
  }

  String id() {
    return id;
  }

  /** Where each part stands in it. */
  Map<Part, Shard> shards() {
    return shards;
  }

  /** The segments that the parts stand in. */
  Stream<String> sources() {
    return shards.keySet().stream().map(part -> part.shard().segment());
  }

  /** The seal and the index blocks, which follow the shards without a hole. */
  ByteBuffer upper() {
    return upper.duplicate();
  }

  SegmentLocation at(Place place) {
    return new SegmentLocation(
        id, place, dataEnd + upper.remaining(), dataEnd, dataEnd + IndexBlockCodec.SEAL_BYTES);
  }

  /** Its shards as a reader of the store sees them: a file that consists of the parts. */
  FileState content() {
    List<Extent> extents = new ArrayList<>(shards.size());
    shards.forEach((part, shard) -> extents.add(part.at(shard.position())));
    return new FileState("/" + id, dataEnd, 0, new Version(1, 0), extents);
  }
}
