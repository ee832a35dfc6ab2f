package io.basalt.storage.segment;

import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Writes to both mirrors of one segment, forced: the shards with one call, what goes below the
 * index blocks with another.
 */
final class SegmentFlush {
  /** Room that is about to be freed is worth this many pauses; a new attempt is worth no more. */
  private static final int PAUSES = 5;

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);

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

  /** Whether a flush that finds no room on a drive may wait for it. */
  @FunctionalInterface
  interface Patience {
    boolean waitsFor(DriveFullException full);
  }

  /**
   * Writes both mirrors. One that finds no room is written again, the same bytes to the same place,
   * a few times. Then it fails: the next attempt writes to drives that have room, if any have.
   */
  CompletableFuture<Void> submit(DriveSet drives, Patience patience) {
    List<CompletableFuture<Void>> mirrors = new ArrayList<>();
    for (int i = 0; i < segment.drives().size(); i++) {
      mirrors.add(mirror(i, drives, patience, PAUSES));
    }
    return CompletableFuture.allOf(mirrors.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> mirror(
      int mirror, DriveSet drives, Patience patience, int pauses) {
    DriveFile file = segment.files().get(mirror);
    return drives
        .submit(segment.drives().get(mirror), drive -> write(file))
        .exceptionallyCompose(
            error ->
                error instanceof DriveFullException full && pauses > 0 && patience.waitsFor(full)
                    ? CompletableFuture.runAsync(() -> {}, LATER)
                        .thenCompose(later -> mirror(mirror, drives, patience, pauses - 1))
                    : CompletableFuture.failedFuture(error));
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
