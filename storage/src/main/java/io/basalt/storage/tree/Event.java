package io.basalt.storage.tree;

import java.util.List;
import java.util.Optional;

/**
 * The tree's record of one applied write record.
 *
 * @param path absolute path, see {@link StorePath}
 * @param timestamp Kafka timestamp, milliseconds since the epoch
 * @param position WRITE, UPLOAD: first byte written in the file; TRUNCATE: the new size; PUBLISH:
 *     the expected size or -1; else 0
 * @param upload the upload id of UPLOAD and PUBLISH
 * @param shards the payload in order, contiguous
 */
public record Event(
    String path,
    Version version,
    int partition,
    long timestamp,
    Op op,
    long position,
    Optional<String> upload,
    List<Shard> shards) {
  public Event {
    shards = List.copyOf(shards);
  }

  /** Bytes of the payload. */
  public long lengthBytes() {
    long length = 0;
    for (Shard shard : shards) {
      length += shard.length();
    }
    return length;
  }

  public Event withShards(List<Shard> written) {
    return new Event(path, version, partition, timestamp, op, position, upload, written);
  }
}
