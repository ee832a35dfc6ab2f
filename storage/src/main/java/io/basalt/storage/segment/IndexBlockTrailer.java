package io.basalt.storage.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The last bytes of an index block or of a seal, big-endian:
 *
 * <pre>
 *  0  magic       "BSLT"
 *  4  version     1; 2 of copied shards
 *  6  kind        1 index block, 2 seal, 3 copied shards
 *  8  segment     FNV-1a hash, 64 bits, of the segment's id
 * 16  dataEnd     end of the segment's shards when the block was written, bytes
 * 24  length      bytes of the payload, which ends where the trailer begins
 * 28  count       events or shards in the payload
 * 32  crc32c      of the payload and of the trailer's bytes 0 to 31
 * </pre>
 */
record IndexBlockTrailer(
    short version, Kind kind, long segmentHash, long dataEnd, int length, int count, int crc32c) {
  static final int BYTES = 36;
  static final int CHECKED_BYTES = 32;
  static final int MAGIC = 0x42534c54;

  /** The newest version that this program reads. */
  static final short VERSION = 2;

  enum Kind {
    INDEX,
    SEAL,
    COPIES;

    /** A program that does not know a kind must not take it for damage. */
    short version() {
      return (short) (this == COPIES ? 2 : 1);
    }

    short code() {
      return (short) (ordinal() + 1);
    }
  }

  static long hash(String segment) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Writes all but the CRC at the buffer's position. */
  static void putUnchecked(
      ByteBuffer target, Kind kind, String segment, long dataEnd, int length, int count) {
    target
        .putInt(MAGIC)
        .putShort(kind.version())
        .putShort(kind.code())
        .putLong(hash(segment))
        .putLong(dataEnd)
        .putInt(length)
        .putInt(count);
  }

  static boolean hasMagic(ByteBuffer bytes, int at) {
    return bytes.getInt(at) == MAGIC;
  }

  static short version(ByteBuffer bytes, int at) {
    return bytes.getShort(at + 4);
  }

  /** Reads a trailer whose magic and version are known to be right; null if its kind is not. */
  static IndexBlockTrailer get(ByteBuffer bytes, int at) {
    int kind = bytes.getShort(at + 6) - 1;
    if (kind < 0 || kind >= Kind.values().length) {
      return null;
    }
    return new IndexBlockTrailer(
        version(bytes, at),
        Kind.values()[kind],
        bytes.getLong(at + 8),
        bytes.getLong(at + 16),
        bytes.getInt(at + 24),
        bytes.getInt(at + 28),
        bytes.getInt(at + 32));
  }
}
