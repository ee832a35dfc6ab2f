package io.basalt.storage.stripe;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * Writes stripes: every strip once, from its first byte to its last, then forced with its
 * directory, read back and compared. Works column by column, so that the memory it needs is two
 * columns of all strips, however long these are; and every user byte is read and written once.
 *
 * <p>What is on the drives after a stop:
 *
 * <ol>
 *   <li>while strips are written: files, whole or not, that no root names; their name carries the
 *       attempt, and the sweep deletes them once it has ended
 *   <li>after {@link #write} has returned: every strip is whole, forced and was read back. Still no
 *       root names them; the commit that moves the segments here makes them count
 *   <li>after a failed {@link #write}: nothing, as far as the drives still let files be deleted
 * </ol>
 *
 * <p>One stripe at a time; not for several threads.
 */
public final class StripeWriter {
  /** One is filled while the other is written. */
  private static final int COLUMNS = 2;

  private static final int MOST_COLUMN_BYTES = 512 << 10;

  /** Of both columns: one block of each strip of the widest code, twice. */
  static final long MEMORY_BYTES = 32L << 20;

  private final DriveSet drives;
  private final long memoryBytes;
  private final Codes codes = new Codes();
  private Column[] columns = {};

  /** A writer whose columns take up to 32 MiB together. */
  public StripeWriter(DriveSet drives) {
    this(drives, MEMORY_BYTES);
  }

  /**
   * A writer with its own bound on memory.
   *
   * @param memoryBytes bytes for both columns; each has at least one block of every strip
   */
  StripeWriter(DriveSet drives, long memoryBytes) {
    this.drives = drives;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Writes all strips of a new stripe that holds these segments; what they leave is zeros.
   *
   * @throws IOException if a drive fails or is full, the source fails, or what is read back is not
   *     what was written; the stripe then does not exist, and its id must not be used again
   * @throws IllegalArgumentException if segments overlap, or strips share a drive
   */
  public void write(Stripe stripe, List<PackedSegment> segments, SegmentSource source)
      throws IOException {
    if (new HashSet<>(stripe.drives()).size() < stripe.strips()) {
      throw new IllegalArgumentException(
          "strips of %s share a drive: %s".formatted(stripe.id(), stripe.drives()));
    }
    StripeWrite writing =
        new StripeWrite(drives, stripe, segments, source, codes.of(stripe), columns(stripe));
    try {
      writing.run();
    } catch (InterruptedIOException left) {
      // Calls go on and may use the column; what they leave, the sweep finds.
      columns = new Column[0];
      throw left;
    } catch (IOException | RuntimeException failed) {
      columns = new Column[0];
      writing.discard(failed);
      throw failed;
    }
  }

  /** Bytes of each strip in one of the columns. */
  static int columnBytes(int strips, long memoryBytes) {
    return Column.bytesFor(strips, memoryBytes / COLUMNS, MOST_COLUMN_BYTES);
  }

  private Column[] columns(Stripe stripe) {
    int bytes = columnBytes(stripe.strips(), memoryBytes);
    boolean fit =
        Arrays.stream(columns).anyMatch(c -> c.width() == stripe.strips() && c.bytes() == bytes);
    if (!fit) {
      columns = new Column[COLUMNS];
      Arrays.setAll(columns, any -> new Column(stripe.strips(), bytes));
    }
    return columns;
  }
}
