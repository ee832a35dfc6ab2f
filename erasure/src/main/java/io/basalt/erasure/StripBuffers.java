package io.basalt.erasure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The memory of a stripe's strips, data first, made ready for any number of calls: to ask the JVM
 * where a buffer lies takes longer than to encode some KiB of it, so that is done once. A strip
 * that is neither there nor wanted has no buffer.
 *
 * <p>Immutable, for many threads. The bytes stay the caller's; the buffers are kept as they were
 * given, and a limit that is changed later does not count.
 */
public final class StripBuffers {
  static final String NOT_DIRECT = "strips must be direct buffers: use ByteBuffer.allocateDirect";
  static final String MISALIGNED =
      "the strips' addresses differ modulo 16: cut all strips at the same offset, or allocate aligned";

  static final String OVERLAP =
      "a strip to be written overlaps another one: give each its own bytes";

  private static final int ALIGNMENT = 16;

  private final ByteBuffer[] buffers;

  /**
   * For the native library: address and length of each buffer, in turns; zeros for one that is not
   * there, and for all addresses where the library is missing.
   */
  private final long[] places;

  private final StripSet present;

  /** Of the buffers that are there. */
  private final int shortest;

  private StripBuffers(ByteBuffer[] buffers, long[] places, StripSet present) {
    this.buffers = buffers;
    this.places = places;
    this.present = present;
    this.shortest =
        IntStream.of(present.toArray())
            .map(strip -> (int) places[2 * strip + 1])
            .min()
            .orElse(Integer.MAX_VALUE);
  }

  /**
   * The strips of these buffers up to their limits, {@code null} for one that is not there.
   *
   * @throws IllegalArgumentException if one is not direct, or their addresses differ modulo 16
   */
  public static StripBuffers of(ByteBuffer... buffers) {
    ByteBuffer[] given = buffers.clone();
    StripSet present =
        StripSet.of(IntStream.range(0, given.length).filter(i -> given[i] != null).toArray());
    long[] places = new long[2 * given.length];
    for (int strip : present.toArray()) {
      place(given[strip], strip, places);
      requireAligned(given[strip], strip, given[present.at(0)]);
    }
    return new StripBuffers(given, places, present);
  }

  private static void place(ByteBuffer buffer, int strip, long[] places) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("strip " + strip + ": " + NOT_DIRECT);
    }
    places[2 * strip] = NativeLibrary.isThere() ? NativeKernels.address(buffer) : 0;
    places[2 * strip + 1] = buffer.limit();
  }

  private static void requireAligned(ByteBuffer buffer, int strip, ByteBuffer first) {
    if (buffer.alignmentOffset(0, ALIGNMENT) != first.alignmentOffset(0, ALIGNMENT)) {
      throw new IllegalArgumentException("strip " + strip + ": " + MISALIGNED);
    }
  }

  /**
   * The same memory in another order, and perhaps without some of it.
   *
   * @param order for each strip the place that its buffer has here, or -1 if it is not there
   */
  public StripBuffers arranged(int... order) {
    ByteBuffer[] arranged = new ByteBuffer[order.length];
    long[] arrangedPlaces = new long[2 * order.length];
    for (int strip = 0; strip < order.length; strip++) {
      if (order[strip] >= 0) {
        arranged[strip] = buffers[order[strip]];
        System.arraycopy(places, 2 * order[strip], arrangedPlaces, 2 * strip, 2);
      }
    }
    StripSet there =
        StripSet.of(IntStream.range(0, order.length).filter(i -> arranged[i] != null).toArray());
    return new StripBuffers(arranged, arrangedPlaces, there);
  }

  /** These and one more behind the last: memory that is no strip. */
  StripBuffers with(ByteBuffer scratch) {
    int strip = buffers.length;
    if (scratch == null) {
      throw new IllegalArgumentException("strip " + strip + " has no buffer");
    }
    ByteBuffer[] more = Arrays.copyOf(buffers, strip + 1);
    long[] morePlaces = Arrays.copyOf(places, places.length + 2);
    more[strip] = scratch;
    place(scratch, strip, morePlaces);
    requireAligned(scratch, strip, buffers[present.at(0)]);
    return new StripBuffers(more, morePlaces, present);
  }

  /** How many strips, also those that are not there. */
  public int width() {
    return buffers.length;
  }

  /** A strip's buffer as it was given, or null. */
  public ByteBuffer buffer(int strip) {
    return buffers[strip];
  }

  StripSet present() {
    return present;
  }

  /** Not to be changed. */
  long[] places() {
    return places;
  }

  /** Checks that these are a stripe's, and have the range. */
  void require(Geometry geometry, int offset, int length) {
    if (buffers.length != geometry.width()) {
      throw new IllegalArgumentException(
          "%d strips were given to a %s code: give %d, with null for one that is not there"
              .formatted(buffers.length, geometry, geometry.width()));
    }
    if (offset < 0 || length < 0 || offset > Integer.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "bytes %d + %d are no range of a strip".formatted(offset, length));
    }
    for (int i = 0; shortest < offset + length && i < present.size(); i++) {
      requireRange(present.at(i), offset, length);
    }
  }

  void requireRange(int strip, int offset, int length) {
    long limit = places[2 * strip + 1];
    if (limit < offset + length) {
      throw new IllegalArgumentException(
          "strip %d ends at %d, before %d + %d".formatted(strip, limit, offset, length));
    }
  }

  void requirePresent(int strip) {
    if (buffers[strip] == null) {
      throw new IllegalArgumentException("strip " + strip + " has no buffer");
    }
  }

  void requireWritable(int strip) {
    requirePresent(strip);
    if (buffers[strip].isReadOnly()) {
      throw new IllegalArgumentException(
          "strip " + strip + " is to be written, and its buffer is read-only");
    }
  }
}
