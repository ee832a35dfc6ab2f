package io.basalt.storage.segment;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.StripeReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Function;

/**
 * Reads shards and index blocks inside the committed ends of a segment. Every byte is checked; what
 * one mirror cannot give intact comes from the other, and what a strip cannot give from the other
 * strips. Safe for use by several threads.
 */
public final class SegmentReader implements Closeable {
  private static final int SCRATCH_BUFFERS = 8;
  private static final long STRETCH_BYTES = 4 << 20;
  private static final int WALK_BYTES = 1 << 20;

  private final DriveSet drives;
  private final StripeReader stripes;
  private final Function<String, Optional<Stripe>> stripesById;

  /**
   * Drives fill a buffer of their own, and the caller copies from it: a drive that answers after
   * its deadline must not write into bytes that the other mirror has delivered meanwhile.
   */
  private final ArrayBlockingQueue<ByteBuffer> scratch = new ArrayBlockingQueue<>(SCRATCH_BUFFERS);

  /** A reader of segments that stand on mirrors, such as tails. */
  public SegmentReader(DriveSet drives) {
    this(drives, id -> Optional.empty());
  }

  /**
   * A reader of any segments.
   *
   * @param stripesById the stripes of the location map
   */
  public SegmentReader(DriveSet drives, Function<String, Optional<Stripe>> stripesById) {
    this.drives = drives;
    this.stripes = new StripeReader(drives);
    this.stripesById = stripesById;
  }

  /** What reads the segments that stand in stripes; closed with this reader. */
  public StripeReader stripes() {
    return stripes;
  }

  /**
   * The stripe of a place.
   *
   * @throws IOException if the location map does not have it: the segment has moved on
   */
  Stripe stripe(StripePlace place) throws IOException {
    return stripesById
        .apply(place.stripe())
        .orElseThrow(
            () -> new IOException("stripe " + place.stripe() + " is not in the location map"));
  }

  /**
   * Fills the target with the shard at {@code position}, whose length is the target's remaining
   * bytes.
   *
   * @throws IOException if no mirror has the bytes intact: that of the first mirror asked, the
   *     other's suppressed
   */
  public void read(SegmentLocation segment, long position, ByteBuffer target, int crc32c)
      throws IOException {
    int length = target.remaining();
    if (position < 0 || position + length > segment.dataEnd()) {
      throw new CorruptDataException(
          String.join(", ", segment.mirrors()),
          segment.fileName(),
          position,
          "a shard of " + length + " bytes",
          "the end of the shards at " + segment.dataEnd());
    }
    if (segment.place() instanceof StripePlace place) {
      readFromStripe(segment, place, position, target, crc32c);
      return;
    }
    ByteBuffer bytes =
        drives.callAny(
            order(segment, position),
            segment.fileName(),
            drive -> checked(drive, segment, position, length, crc32c));
    target.put(bytes);
    // A full queue means that there are enough for all readers.
    boolean ignored = scratch.offer(bytes);
  }

  private void readFromStripe(
      SegmentLocation segment, StripePlace place, long position, ByteBuffer target, int crc32c)
      throws IOException {
    Stripe stripe = stripe(place);
    long offset = place.offset() + segment.packed(position);
    int start = target.position();
    stripes.read(stripe, offset, target);
    int found = Crc32c.of(target.slice(start, target.position() - start));
    if (found != crc32c) {
      int strip = (int) (offset / stripe.stripBytes());
      throw new CorruptDataException(
          stripe.drives().get(strip),
          stripe.fileName(strip),
          offset % stripe.stripBytes(),
          "CRC32C %08x of a shard of segment %s".formatted(crc32c, segment.segment()),
          "%08x".formatted(found));
    }
  }

  private ByteBuffer checked(
      Drive drive, SegmentLocation segment, long position, int length, int crc32c)
      throws IOException {
    ByteBuffer bytes = scratch.poll();
    if (bytes == null || bytes.capacity() < length) {
      bytes = ByteBuffer.allocateDirect(Math.max(length, 256 << 10));
    }
    bytes.clear().limit(length);
    fill(drive, segment, position, bytes);
    bytes.flip();
    int found = Crc32c.of(bytes);
    if (found != crc32c) {
      throw CorruptDataException.checksum(
          drive.info().id(), segment.fileName(), position, crc32c, found);
    }
    return bytes;
  }

  /** The shard read from one named mirror, checked; for verification. */
  public void check(SegmentLocation segment, String drive, long position, int length, int crc32c)
      throws IOException {
    boolean ignored =
        scratch.offer(drives.call(drive, d -> checked(d, segment, position, length, crc32c)));
  }

  /** The committed index blocks, oldest first. */
  public List<IndexBlock> indexBlocks(SegmentLocation segment) throws IOException {
    return indexBlocks(segment, segment.indexStart(), EventFilter.ALL);
  }

  /**
   * The index blocks from a position on, oldest first: those that a root before the segment's last
   * flush had committed.
   *
   * @param wanted the events that the blocks then have
   */
  public List<IndexBlock> indexBlocks(SegmentLocation segment, long from, EventFilter wanted)
      throws IOException {
    if (segment.place() instanceof StripePlace place) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(segment.size() - from));
      stripes.read(stripe(place), place.offset() + segment.packed(from), bytes);
      return indexBlocks("stripe " + place.stripe(), segment, from, bytes.flip(), wanted);
    }
    return drives.callAny(
        order(segment, 0), segment.fileName(), drive -> indexBlocks(drive, segment, from, wanted));
  }

  /** The index blocks from a position on as one mirror has them; for verification. */
  public List<IndexBlock> indexBlocks(SegmentLocation segment, long from, String drive)
      throws IOException {
    return drives.call(drive, d -> indexBlocks(d, segment, from, EventFilter.ALL));
  }

  private List<IndexBlock> indexBlocks(
      Drive drive, SegmentLocation segment, long from, EventFilter wanted) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(segment.size() - from));
    fill(drive, segment, from, bytes);
    return indexBlocks(drive.info().id(), segment, from, bytes.flip(), wanted);
  }

  private static List<IndexBlock> indexBlocks(
      String where, SegmentLocation segment, long from, ByteBuffer bytes, EventFilter wanted)
      throws IOException {
    IndexBlockCodec.Walk walk =
        IndexBlockCodec.walk(segment.segment(), segment.fileName(), bytes, wanted);
    if (walk.start() != 0) {
      throw new CorruptDataException(
          where,
          segment.fileName(),
          from + walk.start(),
          "index blocks down to byte " + from,
          walk.damage() == null ? "an end" : walk.damage());
    }
    return walk.blocks();
  }

  /**
   * All that can be found from the end of one mirror's file downward, whatever a root says of it;
   * for rebuilding. Positions are those of the file.
   */
  public IndexBlockCodec.Walk walk(String segment, String drive) throws IOException {
    String name = "segments/" + segment;
    return drives.call(
        drive,
        d -> {
          try (DriveFile file = d.open(name)) {
            return walk(segment, file);
          }
        });
  }

  /** Reads no more of the file than index blocks take, about. */
  private static IndexBlockCodec.Walk walk(String segment, DriveFile file) throws IOException {
    int size = Math.toIntExact(file.length());
    for (int length = WALK_BYTES; ; length *= 4) {
      int from = length < 0 || length >= size ? 0 : size - length;
      ByteBuffer bytes = ByteBuffer.allocate(size - from);
      file.read(bytes, from);
      IndexBlockCodec.Walk walk = IndexBlockCodec.walk(segment, file.name(), bytes.flip());
      boolean ends =
          walk.sealedDataEnd().isPresent()
              || (walk.damage() == null && walk.start() >= IndexBlockCodec.SEAL_BYTES);
      if (ends || from == 0) {
        return new IndexBlockCodec.Walk(
            walk.blocks(), from + walk.start(), walk.sealedDataEnd(), walk.damage());
      }
    }
  }

  /** Opens the file anew each time: one kept open keeps its space once the segment has moved on. */
  private static void fill(Drive drive, SegmentLocation segment, long position, ByteBuffer target)
      throws IOException {
    try (DriveFile file = drive.open(segment.fileName())) {
      file.read(target, position);
    } catch (EOFException shorter) {
      CorruptDataException corrupt =
          new CorruptDataException(
              drive.info().id(),
              segment.fileName(),
              position,
              target.limit() + " bytes",
              shorter.getMessage());
      corrupt.initCause(shorter);
      throw corrupt;
    }
  }

  /** Mirrors take turns by position: both are busy, and no page is cached twice. */
  private static List<String> order(SegmentLocation segment, long position) {
    List<String> order = new ArrayList<>(segment.mirrors());
    Collections.rotate(
        order, (int) ((segment.segment().hashCode() + position / STRETCH_BYTES) & 1));
    return order;
  }

  @Override
  public void close() throws IOException {
    stripes.close();
  }
}
