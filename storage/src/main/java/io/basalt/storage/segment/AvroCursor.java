package io.basalt.storage.segment;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what Avro's binary encoding consists of, in place. */
final class AvroCursor {
  private static final int LONGEST_NUMBER = 10;

  private final byte[] bytes;
  private final int end;
  private int at;

  /** Reads the remaining bytes, which must not change. */
  AvroCursor(ByteBuffer payload) {
    if (payload.hasArray()) {
      bytes = payload.array();
      at = payload.arrayOffset() + payload.position();
    } else {
      bytes = new byte[payload.remaining()];
      payload.duplicate().get(bytes);
    }
    end = at + payload.remaining();
  }

  long number() throws IOException {
    long value = 0;
    for (int i = 0; i < LONGEST_NUMBER; i++) {
      if (at == end) {
        throw new EOFException("the payload ends within a number");
      }
      byte next = bytes[at++];
      value |= (long) (next & 0x7f) << 7 * i;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new IOException("a number of more than " + LONGEST_NUMBER + " bytes");
  }

  /** Passes over so many numbers of any size. */
  void skipNumbers(int count) throws IOException {
    int left = count;
    while (left > 0) {
      if (at == end) {
        throw new EOFException("the payload ends within a number");
      }
      if (bytes[at++] >= 0) {
        left--;
      }
    }
  }

  int smallNumber() throws IOException {
    long value = number();
    if (value != (int) value) {
      throw new IOException(value + " where a number of 32 bits stands");
    }
    return (int) value;
  }

  /** Items in the next block of an array; zero at its end. */
  long items() throws IOException {
    long count = number();
    if (count < 0) {
      // A writer may say how many bytes the block has, so that a reader can pass over it.
      number();
      return -count;
    }
    return count;
  }

  /** Passes over a text and returns how many bytes it has: they end here. */
  int skipText() throws IOException {
    long length = number();
    if (length < 0 || length > end - at) {
      throw new IOException("a text of %d bytes in %d".formatted(length, end - at));
    }
    at += (int) length;
    return (int) length;
  }

  String text() throws IOException {
    int length = skipText();
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  /** What is read, from place to place. */
  byte[] bytes() {
    return bytes;
  }

  /** The place of the next byte. */
  int at() {
    return at;
  }
}
