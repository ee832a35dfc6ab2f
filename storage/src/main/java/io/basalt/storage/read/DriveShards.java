package io.basalt.storage.read;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.stripe.StripeColumns;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shards from the drives. The quick way reads a whole range from one file, of a mirror, the mirrors
 * in turn, or of a strip, and checks each shard while it is in the processor's cache. A range of a
 * strip that is known to be lost is reconstructed. What that cannot give, {@link SegmentReader}
 * gets shard by shard from either mirror or from any strips.
 */
final class DriveShards implements ShardSource {
  /** What is read before it is checked: it stays in the processor's cache in between. */
  private static final int CHUNK_BYTES = 256 << 10;

  private final DriveSet drives;
  private final SegmentReader segments;
  private final Locations locations;
  private final LastReads reads;
  private final AtomicInteger turn = new AtomicInteger();

  DriveShards(DriveSet drives, SegmentReader segments, Locations locations) {
    this.reads = new LastReads(drives, Clock.systemUTC());
    this.drives = drives;
    this.segments = segments;
    this.locations = locations;
  }

  @Override
  public CompletableFuture<Void> start(SegmentRange range, ByteBuffer target) {
    Optional<SegmentLocation> place = locations.find(range.segment());
    if (place.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("segment " + range.segment() + " is not in the location map"));
    }
    return place.get().place() instanceof StripePlace inStripe
        ? startInStripe(inStripe, range, target)
        : startOnMirror(place.get(), range, target);
  }

  private CompletableFuture<Void> startOnMirror(
      SegmentLocation place, SegmentRange range, ByteBuffer target) {
    String file = place.fileName();
    String mirror = mirror(place);
    reads.note(place, mirror);
    return drives.submit(mirror, drive -> read(drive, file, range.position(), range, target));
  }

  /** Shards lie in front of the hole, so their positions in the segment are those in the stripe. */
  private CompletableFuture<Void> startInStripe(
      StripePlace place, SegmentRange range, ByteBuffer target) {
    Optional<Stripe> stripe = locations.stripe(place.stripe());
    if (stripe.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("stripe " + place.stripe() + " is not in the location map"));
    }
    long offset = place.offset() + range.position();
    return segments
        .stripes()
        .inOneStrip(stripe.get(), offset, range.lengthBytes())
        .map(
            strip ->
                drives.submit(
                    strip.drive(),
                    drive -> read(drive, strip.file(), strip.position(), range, target)))
        .orElseGet(
            () ->
                segments
                    .stripes()
                    .startUnchecked(stripe.get(), offset, target)
                    .thenCompose(done -> checked(stripe.get(), range, target)));
  }

  private String mirror(SegmentLocation place) {
    List<String> mirrors = place.mirrors();
    int first = Math.floorMod(turn.getAndIncrement(), mirrors.size());
    for (int i = 0; i < mirrors.size(); i++) {
      String mirror = mirrors.get((first + i) % mirrors.size());
      if (!drives.unavailable().containsKey(mirror)) {
        return mirror;
      }
    }
    return mirrors.get(first);
  }

  /** Reads a range that begins at {@code start} of a file. */
  private static Void read(
      Drive drive, String name, long start, SegmentRange range, ByteBuffer target)
      throws IOException {
    List<Shard> shards = range.shards();
    int offset = 0;
    try (DriveFile file = drive.open(name)) {
      for (int i = 0; i < shards.size(); ) {
        int after = endOfChunk(shards, i);
        Shard last = shards.get(after - 1);
        int length = (int) (last.position() + last.length() - shards.get(i).position());
        file.read(target.slice(offset, length), start + offset);
        for (; i < after; i++) {
          check(
              drive.info().id(), name, shards.get(i), target.slice(offset, shards.get(i).length()));
          offset += shards.get(i).length();
        }
      }
    }
    return null;
  }

  private static CompletableFuture<Void> checked(
      Stripe stripe, SegmentRange range, ByteBuffer target) {
    int offset = 0;
    for (Shard shard : range.shards()) {
      try {
        check(
            String.join(", ", stripe.drives()),
            "stripe " + stripe.id(),
            shard,
            target.slice(offset, shard.length()));
      } catch (CorruptDataException corrupt) {
        return CompletableFuture.failedFuture(corrupt);
      }
      offset += shard.length();
    }
    return CompletableFuture.completedFuture(null);
  }

  /** As many shards as one read takes: many small ones, or one that is large. */
  private static int endOfChunk(List<Shard> shards, int first) {
    long bytes = shards.get(first).length();
    int after = first + 1;
    while (after < shards.size() && bytes + shards.get(after).length() <= CHUNK_BYTES) {
      bytes += shards.get(after).length();
      after++;
    }
    return after;
  }

  private static void check(String drive, String name, Shard shard, ByteBuffer bytes)
      throws CorruptDataException {
    int found = Crc32c.of(bytes);
    if (found != shard.crc32c()) {
      throw CorruptDataException.checksum(drive, name, shard.position(), shard.crc32c(), found);
    }
  }

  @Override
  public void recover(SegmentRange range, ByteBuffer target) throws IOException {
    for (Shard shard : range.shards()) {
      int offset = target.position();
      locations.read(
          range.segment(),
          place -> {
            segments.read(
                place, shard.position(), target.slice(offset, shard.length()), shard.crc32c());
            return null;
          });
      target.position(offset + shard.length());
    }
  }

  @Override
  public StripeColumns columns(Stripe stripe) {
    return segments.stripes().columns(stripe);
  }
}
