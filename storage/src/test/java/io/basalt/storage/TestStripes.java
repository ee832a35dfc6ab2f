package io.basalt.storage;

import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Makes stripes of sealed segments on mirrors, on the first capacity drives. */
final class TestStripes {
  private final DriveSet drives;

  TestStripes(DriveSet drives) {
    this.drives = drives;
  }

  /** Segments one after the other. */
  static List<PackedSegment> packed(List<SegmentLocation> segments) {
    List<PackedSegment> packed = new ArrayList<>();
    long offset = 0;
    for (SegmentLocation segment : segments) {
      packed.add(new PackedSegment(segment, offset));
      offset += segment.packedBytes();
    }
    return packed;
  }

  /** The smallest stripe that holds them. */
  static Stripe shape(String id, List<PackedSegment> packed, int k, int m) {
    long row = k * (long) Stripe.BLOCK_BYTES;
    long bytes = packed.stream().mapToLong(each -> each.segment().packedBytes()).sum();
    return new Stripe(
        id,
        k,
        m,
        Math.max(1, (bytes + row - 1) / row) * Stripe.BLOCK_BYTES,
        IntStream.range(0, k + m).mapToObj(i -> "capacity-" + i).toList());
  }

  void write(Stripe stripe, List<PackedSegment> packed) throws IOException {
    new StripeWriter(drives).write(stripe, packed, this::readMirror);
  }

  private CompletableFuture<Void> readMirror(
      SegmentLocation segment, long position, ByteBuffer target) {
    long shards = Math.max(0, Math.min(target.remaining(), segment.dataEnd() - position));
    return drives.submit(
        segment.mirrors().get(0),
        drive -> {
          try (DriveFile file = drive.open(segment.fileName())) {
            file.read(target.slice(0, (int) shards), position);
            int index = target.remaining() - (int) shards;
            long at = segment.indexStart() + position + shards - segment.dataEnd();
            if (index > 0) {
              file.read(target.slice((int) shards, index), at);
            }
          }
          return null;
        });
  }

  void deleteMirrors(List<SegmentLocation> segments) throws IOException {
    for (SegmentLocation segment : segments) {
      for (String mirror : segment.mirrors()) {
        drives.call(
            mirror,
            drive -> {
              drive.delete(segment.fileName());
              return null;
            });
      }
    }
  }
}
