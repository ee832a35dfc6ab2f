package io.basalt.storage.segment;

import io.basalt.storage.Crc32c;
import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.segment.IndexBlockTrailer.Kind;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Index blocks and seals as bytes. A block can be found from its end, and each checks itself. */
public final class IndexBlockCodec {
  /** Bytes of a seal; every segment keeps this room below its index blocks. */
  public static final int SEAL_BYTES = IndexBlockTrailer.BYTES;

  private static final int COPY_BYTES = 2 * Integer.BYTES;
  private static final int COPIES_PER_BLOCK = 1 << 16;

  private IndexBlockCodec() {}

  /** At least the bytes that an event takes in a block. */
  static int boundBytes(Event event) {
    int bytes = 64 + 3 * event.path().length();
    if (event.upload().isPresent()) {
      bytes += 3 * event.upload().get().length();
    }
    for (Shard shard : event.shards()) {
      bytes += boundBytes(shard.segment());
    }
    return bytes;
  }

  /** At least the bytes that a shard of this segment takes in a block. */
  static int boundBytes(String segment) {
    return 32 + segment.length();
  }

  /** At least the bytes of a block without its events. */
  static int boundBytes(int ranges) {
    return IndexBlockTrailer.BYTES + 32 + 40 * ranges;
  }

  /**
   * Appends a block at the target's position.
   *
   * @param dataEnd end of the segment's shards once the flush is done, bytes
   * @throws java.nio.BufferOverflowException if the target is too small
   */
  public static void encode(IndexBlock block, long dataEnd, ByteBuffer target) {
    int start = target.position();
    IndexBlockPayload.encode(block.ranges(), block.events(), target);
    close(target, start, Kind.INDEX, block.segment(), dataEnd, block.events().size());
  }

  /** Appends a seal at the target's position. */
  public static void encodeSeal(String segment, long dataEnd, ByteBuffer target) {
    close(target, target.position(), Kind.SEAL, segment, dataEnd, 0);
  }

  /** Bytes of the blocks that name so many copied shards. */
  public static int copiesBytes(int shards) {
    int blocks = (shards + COPIES_PER_BLOCK - 1) / COPIES_PER_BLOCK;
    return blocks * (IndexBlockTrailer.BYTES + Long.BYTES) + shards * COPY_BYTES;
  }

  /**
   * Appends a seal and the blocks that name the shards of a segment that compaction wrote: all that
   * stands above its shards.
   *
   * @param shards of this segment, from position 0 on, each where the one before ends
   */
  public static void encodeCopies(
      String segment, List<Shard> shards, long dataEnd, ByteBuffer target) {
    encodeSeal(segment, dataEnd, target);
    for (int from = 0; from < shards.size(); from += COPIES_PER_BLOCK) {
      List<Shard> some = shards.subList(from, Math.min(shards.size(), from + COPIES_PER_BLOCK));
      int start = target.position();
      target.putLong(some.get(0).position());
      some.forEach(shard -> target.putInt(shard.length()).putInt(shard.crc32c()));
      close(target, start, Kind.COPIES, segment, dataEnd, some.size());
    }
  }

  private static void close(
      ByteBuffer target, int start, Kind kind, String segment, long dataEnd, int count) {
    int length = target.position() - start;
    IndexBlockTrailer.putUnchecked(target, kind, segment, dataEnd, length, count);
    target.putInt(crc32c(target, start, length + IndexBlockTrailer.CHECKED_BYTES));
  }

  private static int crc32c(ByteBuffer bytes, int start, int length) {
    return Crc32c.of(bytes.slice(start, length));
  }

  /**
   * What was found in the upper part of a segment.
   *
   * @param blocks the newest, which is the lowest, last
   * @param start where the lowest block begins in the bytes given
   * @param sealedDataEnd end of the shards if a seal follows below the blocks
   * @param damage what is wrong below {@code start}, or null at a clean end: zeros, a seal, or the
   *     start of the bytes given
   */
  public record Walk(
      List<IndexBlock> blocks, int start, OptionalLong sealedDataEnd, String damage) {
    public Walk {
      blocks = List.copyOf(blocks);
    }
  }

  /** Reads all blocks: {@link #walk(String, String, ByteBuffer, EventFilter)}. */
  public static Walk walk(String segment, String file, ByteBuffer bytes) throws IOException {
    return walk(segment, file, bytes, EventFilter.ALL);
  }

  /**
   * Reads blocks from the limit of {@code bytes}, the segment's end, downward to its position. All
   * of them are checked, whatever is wanted.
   *
   * @param file names the file in errors
   * @param wanted the events that the blocks then have
   * @throws UnsupportedFormatException if a newer program wrote a block
   */
  static Walk walk(String segment, String file, ByteBuffer bytes, EventFilter wanted)
      throws IOException {
    List<IndexBlock> blocks = new ArrayList<>();
    int end = bytes.limit();
    while (true) {
      int at = end - IndexBlockTrailer.BYTES;
      if (end == bytes.position()) {
        return new Walk(blocks, end, OptionalLong.empty(), null);
      }
      if (at < bytes.position()) {
        return new Walk(
            blocks, end, OptionalLong.empty(), zeros(bytes, end) ? null : "no room for a trailer");
      }
      if (!IndexBlockTrailer.hasMagic(bytes, at)) {
        return new Walk(blocks, end, OptionalLong.empty(), zeros(bytes, end) ? null : "no trailer");
      }
      if (IndexBlockTrailer.version(bytes, at) > IndexBlockTrailer.VERSION) {
        throw new UnsupportedFormatException(
            file, IndexBlockTrailer.VERSION, IndexBlockTrailer.version(bytes, at));
      }
      IndexBlockTrailer trailer = IndexBlockTrailer.get(bytes, at);
      String damage = damage(trailer, segment, bytes, at);
      if (damage != null) {
        return new Walk(blocks, end, OptionalLong.empty(), damage);
      }
      if (trailer.kind() == Kind.SEAL) {
        return new Walk(blocks, end, OptionalLong.of(trailer.dataEnd()), null);
      }
      end = at - trailer.length();
      blocks.add(block(segment, file, trailer, bytes.duplicate().position(end).limit(at), wanted));
    }
  }

  private static IndexBlock block(
      String segment,
      String file,
      IndexBlockTrailer trailer,
      ByteBuffer payload,
      EventFilter wanted)
      throws IOException {
    if (trailer.kind() == Kind.COPIES) {
      return new IndexBlock(
          segment, List.of(), List.of(), copies(segment, file, trailer.count(), payload));
    }
    List<Range> ranges = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    OptionalInt found;
    try {
      found = IndexBlockPayload.decode(payload, wanted, ranges, events);
    } catch (IOException | RuntimeException unfit) {
      throw new IOException(
          "%s: an index block with a right checksum cannot be decoded: %s".formatted(file, unfit),
          unfit);
    }
    if (found.isPresent() && found.getAsInt() != trailer.count()) {
      throw new IOException(
          "%s: an index block with a right checksum has %d events, not %d"
              .formatted(file, found.getAsInt(), trailer.count()));
    }
    return new IndexBlock(segment, ranges, events);
  }

  private static List<Shard> copies(String segment, String file, int count, ByteBuffer payload)
      throws IOException {
    if (payload.remaining() != Long.BYTES + (long) count * COPY_BYTES) {
      throw new IOException(
          "%s: a block of %d copied shards with a right checksum has %d bytes"
              .formatted(file, count, payload.remaining()));
    }
    List<Shard> shards = new ArrayList<>(count);
    long position = payload.getLong();
    for (int i = 0; i < count; i++) {
      Shard shard = new Shard(segment, position, payload.getInt(), payload.getInt());
      shards.add(shard);
      position += shard.length();
    }
    return shards;
  }

  private static String damage(
      IndexBlockTrailer trailer, String segment, ByteBuffer bytes, int at) {
    if (trailer == null) {
      return "a trailer of an unknown kind";
    }
    if (trailer.length() < 0 || trailer.length() > at - bytes.position()) {
      return "a block of " + trailer.length() + " bytes, more than there are";
    }
    int start = at - trailer.length();
    int found = crc32c(bytes, start, trailer.length() + IndexBlockTrailer.CHECKED_BYTES);
    if (found != trailer.crc32c()) {
      return "a block with CRC32C %08x, not %08x".formatted(found, trailer.crc32c());
    }
    if (trailer.segmentHash() != IndexBlockTrailer.hash(segment)) {
      return "a block of another segment";
    }
    return null;
  }

  /** Whether the bytes where the next trailer would be are untouched. */
  private static boolean zeros(ByteBuffer bytes, int end) {
    for (int i = Math.max(bytes.position(), end - IndexBlockTrailer.BYTES); i < end; i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
