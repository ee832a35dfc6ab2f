package io.basalt.erasure;

/**
 * The shape of a code: {@code k} data strips and {@code m} parity strips. Strips are numbered from
 * 0, data first. Any {@code m} of them may be lost.
 */
public record Geometry(int k, int m) {
  /** The number of elements of the field, and so the largest number of strips. */
  public static final int MAX_WIDTH = 256;

  public Geometry {
    if (k < 1 || m < 1 || k > MAX_WIDTH - m) {
      throw new IllegalArgumentException(
          "no code has %d+%d strips: take at least 1+1 and at most %d together"
              .formatted(k, m, MAX_WIDTH));
    }
  }

  /** All strips of a stripe. */
  public int width() {
    return k + m;
  }

  /** All strips. */
  public StripSet all() {
    return StripSet.range(0, width());
  }

  @Override
  public String toString() {
    return k + "+" + m;
  }
}
