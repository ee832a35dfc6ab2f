package io.basalt.storage.segment;

import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes to both mirrors of one segment, forced: the shards with one call, what goes below the
 * index blocks with another.
 */
final class SegmentFlush {
  private final OpenSegment segment;
  private ByteBuffer data;
  private long dataPosition;
  private ByteBuffer index;
  private long indexPosition;

  SegmentFlush(OpenSegment segment) {
    this.segment = segment;
  }

  OpenSegment segment() {
    return segment;
  }

  /** The remaining bytes are read by threads of the drives until {@link #submit}'s future ends. */
  void data(ByteBuffer bytes, long position) {
    data = bytes;
    dataPosition = position;
  }

  void index(ByteBuffer bytes, long position) {
    index = bytes;
    indexPosition = position;
  }

  boolean hasIndex() {
    return index != null;
  }

  /** Bytes that each mirror takes. */
  long bytes() {
    return (data == null ? 0 : data.remaining()) + (index == null ? 0 : index.remaining());
  }

  CompletableFuture<Void> submit(DriveSet drives) {
    List<CompletableFuture<Void>> mirrors = new ArrayList<>();
    for (int i = 0; i < segment.drives().size(); i++) {
      DriveFile file = segment.files().get(i);
      mirrors.add(drives.submit(segment.drives().get(i), drive -> write(file)));
    }
    return CompletableFuture.allOf(mirrors.toArray(CompletableFuture[]::new));
  }

  private Void write(DriveFile file) throws IOException {
    if (data != null) {
      file.write(data.duplicate(), dataPosition);
    }
    if (index != null) {
      file.write(index.duplicate(), indexPosition);
    }
    file.force();
    return null;
  }
}
