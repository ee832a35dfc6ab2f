package io.basalt.storage.stripe;

import io.basalt.erasure.StripBuffers;
import io.basalt.storage.root.Stripe;
import java.nio.ByteBuffer;

/**
 * The same range of every strip of a stripe in memory: direct, side by side, page by page, so that
 * all strips are aligned alike.
 */
final class Column {
  private final StripBuffers strips;
  private final int bytes;

  /** Memory for a number of strips, each of so many bytes. */
  Column(int width, int bytes) {
    this.bytes = bytes;
    // One allocation cannot exceed 2 GiB; a column of any sensible size stays far below.
    ByteBuffer memory = ByteBuffer.allocateDirect(Math.multiplyExact(width, bytes));
    ByteBuffer[] slices = new ByteBuffer[width];
    for (int i = 0; i < width; i++) {
      slices[i] = memory.slice(i * bytes, bytes);
    }
    this.strips = StripBuffers.of(slices);
  }

  /**
   * As many bytes of each strip as a memory of {@code budget} bytes holds for all of them: whole
   * blocks, at least one; or {@code most}, if that is less.
   */
  static int bytesFor(int width, long budget, int most) {
    long fitting = budget / width / Stripe.BLOCK_BYTES * Stripe.BLOCK_BYTES;
    return (int) Math.min(most, Math.max(Stripe.BLOCK_BYTES, fitting));
  }

  int width() {
    return strips.width();
  }

  /** Bytes of each strip. */
  int bytes() {
    return bytes;
  }

  /** The strips, for a code. */
  StripBuffers strips() {
    return strips;
  }

  /** The first bytes of one strip, as a buffer of its own. */
  ByteBuffer strip(int strip, int length) {
    return strips.buffer(strip).slice(0, length);
  }
}
