package io.basalt.erasure;

import java.nio.ByteBuffer;
import java.util.Random;

/** Strips for tests: direct buffers that begin at an address divisible by 64. */
final class Stripes {
  private Stripes() {}

  static ByteBuffer strip(int capacity) {
    return ByteBuffer.allocateDirect(capacity + 128).alignedSlice(64).slice(0, capacity);
  }

  static ByteBuffer[] empty(Geometry geometry, int capacity) {
    ByteBuffer[] strips = new ByteBuffer[geometry.width()];
    for (int i = 0; i < strips.length; i++) {
      strips[i] = strip(capacity);
    }
    return strips;
  }

  /** Random data; the parity is still to be computed. */
  static ByteBuffer[] random(Geometry geometry, int capacity, long seed) {
    ByteBuffer[] strips = empty(geometry, capacity);
    Random random = new Random(seed);
    byte[] bytes = new byte[capacity];
    for (int i = 0; i < geometry.k(); i++) {
      random.nextBytes(bytes);
      strips[i].put(0, bytes);
    }
    return strips;
  }

  /** A stripe whose parity the reference has computed. */
  static ByteBuffer[] encoded(Geometry geometry, int capacity, long seed) {
    ByteBuffer[] strips = random(geometry, capacity, seed);
    byte[][] parity = new ReferenceCode(geometry.k(), geometry.m()).parity(data(strips, geometry));
    for (int i = 0; i < geometry.m(); i++) {
      strips[geometry.k() + i].put(0, parity[i]);
    }
    return strips;
  }

  static byte[][] data(ByteBuffer[] strips, Geometry geometry) {
    byte[][] data = new byte[geometry.k()][];
    for (int i = 0; i < data.length; i++) {
      data[i] = bytes(strips[i]);
    }
    return data;
  }

  static byte[] bytes(ByteBuffer strip) {
    byte[] bytes = new byte[strip.capacity()];
    strip.get(0, bytes);
    return bytes;
  }

  static ByteBuffer copy(ByteBuffer strip) {
    return strip(strip.capacity()).put(0, bytes(strip));
  }

  static void fill(ByteBuffer strip, int value) {
    for (int i = 0; i < strip.capacity(); i++) {
      strip.put(i, (byte) value);
    }
  }
}
