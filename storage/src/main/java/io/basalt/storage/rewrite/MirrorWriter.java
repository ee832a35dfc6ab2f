package io.basalt.storage.rewrite;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Writes new segments to two SCM drives of different enclosures, from the first byte to the last;
 * they and their directories are forced when a call returns. A stop leaves files that no root
 * names, with the compaction's attempt in their names.
 */
final class MirrorWriter {
  private static final int CHUNK_BYTES = 1 << 20;

  /** Dirty bytes that a drive may have to force in one call, which has a deadline. */
  private static final long FORCE_BYTES = 32L << 20;

  private final DriveSet drives;
  private final RandomGenerator random;
  private final PartReader parts;

  MirrorWriter(DriveSet drives, RandomGenerator random, PartReader parts) {
    this.drives = drives;
    this.random = random;
    this.parts = parts;
  }

  /**
   * Writes a segment.
   *
   * @param usedMillis when what it holds was last used; 0 if that is not known
   * @throws IOException if no two drives have room, a drive fails, or a part cannot be read; what
   *     was written is deleted again as far as drives allow
   */
  SegmentLocation write(NewSegment segment, long usedMillis) throws IOException {
    SegmentLocation size = segment.at(new Mirrors(List.of()));
    List<String> pair =
        Placement.pair(Room.on(drives, Tier.SCM), size.size(), random)
            .orElseThrow(
                () ->
                    new IOException(
                        "no two SCM drives of different enclosures have %d bytes left for a rewritten segment"
                            .formatted(size.size())));
    SegmentLocation location = segment.at(new Mirrors(pair));
    try (Writing writing = new Writing(location)) {
      parts.read(segment, writing::add);
      writing.add(segment.upper());
      writing.finish();
    } catch (IOException | RuntimeException failed) {
      discard(location);
      throw failed;
    }
    if (usedMillis > 0) {
      markUsedBefore(location, usedMillis);
    }
    return location;
  }

  private void markUsedBefore(SegmentLocation location, long millis) {
    List<CompletableFuture<Void>> marks = new ArrayList<>();
    for (String drive : location.mirrors()) {
      marks.add(
          drives
              .submit(
                  drive,
                  d -> {
                    d.markUsedBefore(location.fileName(), millis);
                    return (Void) null;
                  })
              .exceptionally(onlyAHint -> null));
    }
    CompletableFuture.allOf(marks.toArray(CompletableFuture[]::new)).join();
  }

  private void discard(SegmentLocation location) {
    for (String drive : location.mirrors()) {
      drives
          .submit(
              drive,
              d -> {
                d.delete(location.fileName());
                return null;
              })
          .exceptionally(leftForTheSweep -> null);
    }
  }

  /** A segment on its way to both mirrors. */
  private final class Writing implements AutoCloseable {
    private final SegmentLocation location;
    private final List<DriveFile> files = new ArrayList<>();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private long written;
    private long unforced;

    private Writing(SegmentLocation location) throws IOException {
      this.location = location;
      try {
        for (String drive : location.mirrors()) {
          files.add(drives.call(drive, d -> d.create(location.fileName(), location.size())));
        }
      } catch (IOException | RuntimeException failed) {
        close();
        throw failed;
      }
    }

    private void add(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int count = Math.min(bytes.remaining(), chunk.remaining());
        chunk.put(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        if (!chunk.hasRemaining()) {
          flush();
        }
      }
    }

    private void flush() throws IOException {
      chunk.flip();
      long position = written;
      unforced += chunk.remaining();
      boolean force = unforced >= FORCE_BYTES;
      onBoth(
          file -> {
            file.write(chunk.duplicate(), position);
            if (force) {
              file.force();
            }
          });
      written += chunk.limit();
      unforced = force ? 0 : unforced;
      chunk.clear();
    }

    private void finish() throws IOException {
      flush();
      onBoth(DriveFile::force);
      for (String drive : location.mirrors()) {
        drives.call(
            drive,
            d -> {
              d.forceDirectoryOf(location.fileName());
              return null;
            });
      }
    }

    private void onBoth(FileCall call) throws IOException {
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        DriveFile file = files.get(i);
        calls.add(
            drives.submit(
                location.mirrors().get(i),
                drive -> {
                  call.on(file);
                  return null;
                }));
      }
      DriveSet.await(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)));
    }

    @Override
    public void close() throws IOException {
      onBoth(DriveFile::close);
    }
  }

  /** Something done to a file on its drive's thread. */
  @FunctionalInterface
  private interface FileCall {
    void on(DriveFile file) throws IOException;
  }
}
