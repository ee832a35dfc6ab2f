package io.basalt.storage.stripe;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.List;

/**
 * Writes stripes: every strip once, from its first byte to its last, then forced with its
 * directory, read back and compared. Works column by column, so that the memory it needs is one
 * column of all strips, however long these are; and every user byte is read and written once.
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
  private static final int MOST_COLUMN_BYTES = 1 << 20;

  private final DriveSet drives;
  private final long memoryBytes;
  private final Codes codes = new Codes();
  private Column column;

  /** A writer whose columns take up to 32 MiB for all strips together. */
  public StripeWriter(DriveSet drives) {
    this(drives, 32L << 20);
  }

  /**
   * A writer with its own bound on memory.
   *
   * @param memoryBytes bytes for a column of all strips; a column has at least one block of each
   */
  public StripeWriter(DriveSet drives, long memoryBytes) {
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
        new StripeWrite(drives, stripe, segments, source, codes.of(stripe), column(stripe));
    try {
      writing.run();
    } catch (InterruptedIOException left) {
      // Calls go on and may use the column; what they leave, the sweep finds.
      column = null;
      throw left;
    } catch (IOException | RuntimeException failed) {
      column = null;
      writing.discard(failed);
      throw failed;
    }
  }

  private Column column(Stripe stripe) {
    int bytes = Column.bytesFor(stripe.strips(), memoryBytes, MOST_COLUMN_BYTES);
    if (column == null || column.width() != stripe.strips() || column.bytes() != bytes) {
      column = new Column(stripe.strips(), bytes);
    }
    return column;
  }
}
