package io.basalt.erasure;

import java.nio.ByteBuffer;

/** The demands on buffers that hold strips; all are checked before a byte is written. */
final class StripCheck {
  static final String NOT_DIRECT = "strips must be direct buffers: use ByteBuffer.allocateDirect";
  static final String MISALIGNED =
      "the strips' addresses differ modulo 16: cut all strips at the same offset, or allocate aligned";

  static final String OVERLAP =
      "a strip to be written overlaps another one: give each its own bytes";

  private static final int ALIGNMENT = 16;

  private StripCheck() {}

  static void range(int offset, int length) {
    if (offset < 0 || length < 0 || offset > Integer.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "bytes %d + %d are no range of a strip".formatted(offset, length));
    }
  }

  static void count(ByteBuffer[] strips, Geometry geometry) {
    if (strips.length != geometry.width()) {
      throw new IllegalArgumentException(
          "%d strips were given to a %s code: give %d, with null for one that is not there"
              .formatted(strips.length, geometry, geometry.width()));
    }
  }

  /** Checks one strip, and that it is aligned like the first one. */
  static void strip(ByteBuffer strip, int number, int offset, int length, ByteBuffer first) {
    if (strip == null) {
      throw new IllegalArgumentException("strip " + number + " has no buffer");
    }
    if (!strip.isDirect()) {
      throw new IllegalArgumentException("strip " + number + ": " + NOT_DIRECT);
    }
    if (strip.limit() < offset + length) {
      throw new IllegalArgumentException(
          "strip %d ends at %d, before %d + %d".formatted(number, strip.limit(), offset, length));
    }
    if (strip.alignmentOffset(offset, ALIGNMENT) != first.alignmentOffset(offset, ALIGNMENT)) {
      throw new IllegalArgumentException("strip " + number + ": " + MISALIGNED);
    }
  }

  static void writable(ByteBuffer strip, int number) {
    if (strip.isReadOnly()) {
      throw new IllegalArgumentException(
          "strip " + number + " is to be written, and its buffer is read-only");
    }
  }

  /** Refuses a strip as scratch; an overlap in part is noticed where addresses are known. */
  @SuppressWarnings("ReferenceEquality")
  static void apart(ByteBuffer scratch, ByteBuffer[] strips) {
    for (ByteBuffer strip : strips) {
      if (strip == scratch) {
        throw new IllegalArgumentException(OVERLAP);
      }
    }
  }
}
