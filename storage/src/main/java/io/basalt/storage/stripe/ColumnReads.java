package io.basalt.storage.stripe;

import io.basalt.erasure.StripBuffers;
import io.basalt.erasure.StripSet;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Columns from the drives: the same range of {@code k} strips, side by side, and what is lost of
 * the data computed from them by the drive's thread that is the last. The files stay open in
 * between.
 */
final class ColumnReads implements StripeColumns {
  private final DriveSet drives;
  private final Reconstructor reconstructor;
  private final Stripe stripe;
  private final Columns memory;
  private final AtomicReferenceArray<DriveFile> files;

  /** Ends when all reads that were started have ended. */
  private CompletableFuture<?> started = CompletableFuture.completedFuture(null);

  /**
   * Columns of a stripe.
   *
   * @param memory whose columns have as many bytes of each strip as these
   */
  ColumnReads(DriveSet drives, Reconstructor reconstructor, Stripe stripe, Columns memory) {
    this.drives = drives;
    this.reconstructor = reconstructor;
    this.stripe = stripe;
    this.memory = memory;
    this.files = new AtomicReferenceArray<>(stripe.strips());
  }

  @Override
  public CompletableFuture<StripeColumn> start(int number, Arrivals arrivals) {
    LostStrips lost = reconstructor.lost(stripe);
    int[] sources;
    try {
      sources = lost.sources();
    } catch (IOException tooManyLost) {
      return CompletableFuture.failedFuture(tooManyLost);
    }
    int bytes = memory.bytes(stripe.strips());
    long from = (long) number * bytes;
    int length = (int) Math.min(bytes, stripe.stripBytes() - from);
    Column column = memory.take(stripe.strips(), bytes);
    CompletableFuture<?>[] reads = new CompletableFuture<?>[sources.length];
    for (int i = 0; i < sources.length; i++) {
      reads[i] = read(sources[i], StripLayout.position(from), column.strip(i, length), arrivals);
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(reads);
    started = CompletableFuture.allOf(started, all);
    // A column that fails is not used again: drives may write to it yet.
    return all.thenApply(done -> decoded(column, sources, lost.ofData(), length, arrivals));
  }

  private CompletableFuture<Void> read(
      int strip, long position, ByteBuffer target, Arrivals arrivals) {
    return drives
        .submit(stripe.drives().get(strip), drive -> read(drive, strip, position, target, arrivals))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                // Perhaps the drive is another one by now; the collector closes what is left.
                files.set(strip, null);
                reconstructor.remember(stripe, strip, DriveSet.ioException(failure));
              }
            });
  }

  private Void read(Drive drive, int strip, long position, ByteBuffer target, Arrivals arrivals)
      throws IOException {
    file(drive, strip).read(target.duplicate(), position);
    if (strip < stripe.dataStrips()) {
      arrivals.arrived(strip, target);
    }
    return null;
  }

  private DriveFile file(Drive drive, int strip) throws IOException {
    DriveFile open = files.get(strip);
    if (open != null) {
      return open;
    }
    DriveFile opened = drive.open(stripe.fileName(strip));
    if (files.compareAndSet(strip, null, opened)) {
      return opened;
    }
    opened.close();
    return files.get(strip);
  }

  private StripeColumn decoded(
      Column column, int[] sources, int[] lost, int length, Arrivals arrivals) {
    StripBuffers strips = Reconstructor.byNumber(stripe, column, sources, lost);
    reconstructor.compute(stripe, strips, StripSet.of(lost), length);
    for (int strip : lost) {
      arrivals.arrived(strip, strips.buffer(strip).slice(0, length));
    }
    return new Decoded(column, strips);
  }

  private final class Decoded implements StripeColumn {
    private final Column column;
    private final StripBuffers strips;

    private Decoded(Column column, StripBuffers strips) {
      this.column = column;
      this.strips = strips;
    }

    @Override
    public ByteBuffer slice(int strip, int at, int length) {
      return strips.buffer(strip).slice(at, length);
    }

    @Override
    public void release() {
      memory.give(column);
    }
  }

  /** What a drive that is out has open, the collector closes. */
  @Override
  public void close() {
    started.whenComplete((done, failure) -> closeFiles());
  }

  private void closeFiles() {
    for (int strip = 0; strip < files.length(); strip++) {
      DriveFile file = files.get(strip);
      if (file != null) {
        drives.submit(
            stripe.drives().get(strip),
            drive -> {
              file.close();
              return null;
            });
      }
    }
  }
}
