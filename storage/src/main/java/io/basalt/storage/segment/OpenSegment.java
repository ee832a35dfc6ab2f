package io.basalt.storage.segment;

import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.root.SegmentLocation;
import java.util.List;

/**
 * A segment that a writer has open on both mirrors. Its ends are those of what was staged, so they
 * run ahead of the drives while a flush is under way.
 *
 * <p>Invariant: {@code dataEnd + SEAL_BYTES <= indexStart}.
 */
final class OpenSegment {
  private final String id;
  private final List<String> drives;
  private final List<DriveFile> files;
  private final long size;
  private long dataEnd;
  private long indexStart;
  private long firstStagedMillis;

  /** One file per drive, in the same order, each {@code size} bytes long. */
  OpenSegment(String id, List<String> drives, List<DriveFile> files, long size) {
    this.id = id;
    this.drives = drives;
    this.files = files;
    this.size = size;
    this.indexStart = size;
  }

  String id() {
    return id;
  }

  List<String> drives() {
    return drives;
  }

  List<DriveFile> files() {
    return files;
  }

  long size() {
    return size;
  }

  long dataEnd() {
    return dataEnd;
  }

  long indexStart() {
    return indexStart;
  }

  /** Bytes between the shards and the index blocks that are not kept for the seal. */
  long freeBytes() {
    return indexStart - dataEnd - IndexBlockCodec.SEAL_BYTES;
  }

  long usedBytes() {
    return size - (indexStart - dataEnd);
  }

  boolean isEmpty() {
    return usedBytes() == 0;
  }

  /** Time of the first byte; without meaning as long as the segment is empty. */
  long firstStagedMillis() {
    return firstStagedMillis;
  }

  /** Appends a shard and returns its position. */
  long appendData(int bytes, long nowMillis) {
    take(bytes, nowMillis);
    long position = dataEnd;
    dataEnd += bytes;
    return position;
  }

  /** Appends an index block downward and returns its position. */
  long appendIndex(int bytes, long nowMillis) {
    take(bytes, nowMillis);
    indexStart -= bytes;
    return indexStart;
  }

  private void take(int bytes, long nowMillis) {
    if (bytes > freeBytes()) {
      throw new IllegalStateException(
          "segment %s has %d bytes free, not %d".formatted(id, freeBytes(), bytes));
    }
    if (isEmpty()) {
      firstStagedMillis = nowMillis;
    }
  }

  SegmentLocation location() {
    return new SegmentLocation(id, drives, size, dataEnd, indexStart);
  }
}
