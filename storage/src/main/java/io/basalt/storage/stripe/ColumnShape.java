package io.basalt.storage.stripe;

/**
 * How a stripe that has lost data is read by columns within the memory of one reader. Wide codes
 * have low columns, and very wide ones only short pieces: a piece keeps every column that it
 * reaches into, all strips of it, until it is whole and checked.
 *
 * @param bytes of each strip in a column, but for the last one of a stripe
 * @param longest bytes of a piece that may be read by columns
 */
public record ColumnShape(int bytes, int longest) {
  /** Columns that a reader has under way or in use at a time. */
  public static final int AHEAD = 3;

  /** Of all columns that a reader has at a time. */
  static final long MEMORY_BYTES = 48L << 20;

  /** Bytes of a strip that make a call to its drive worth it; more would leave the caches. */
  private static final int HIGHEST = 384 << 10;

  private static final int LOWEST = 16 << 10;

  private static final int LONGEST = 256 << 10;

  /** The highest column with which the longest pieces fit; the lowest, if none does. */
  static ColumnShape of(int strips) {
    for (int bytes = HIGHEST; bytes >= LOWEST; bytes -= LOWEST) {
      ColumnShape shape = new ColumnShape(bytes, LONGEST);
      if (shape.memoryBytes(strips) <= MEMORY_BYTES) {
        return shape;
      }
    }
    int columns = (int) (MEMORY_BYTES / strips / LOWEST);
    return new ColumnShape(LOWEST, (columns - AHEAD) * LOWEST);
  }

  /** Those ahead, and those before them in which the longest piece began. */
  int columns() {
    return AHEAD + (longest + bytes - 1) / bytes;
  }

  /** Bytes of all columns that a reader of a stripe of so many strips has at a time. */
  long memoryBytes(int strips) {
    return (long) columns() * bytes * strips;
  }
}
