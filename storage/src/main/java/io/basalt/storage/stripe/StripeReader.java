package io.basalt.storage.stripe;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Reads ranges of the data of stripes. A range touches only the strips that hold it, and every
 * block is checked; blocks that are missing or wrong are computed from any {@code k} other strips,
 * checked too, and counted. Several stripes of several geometries may be read at once, by several
 * threads.
 */
public final class StripeReader implements Closeable {
  /** Of one strip: enough for a drive to stream. */
  private static final int READ_BYTES = 1 << 20;

  /** Of all sources of a reconstruction: they stay in a processor's cache until decoded. */
  private static final long SOURCES_BYTES = 8L << 20;

  /** They mostly wait for drives. */
  private static final int THREADS = 4;

  private final DriveSet drives;
  private final StripChecksums checksums;
  private final Columns single = new Columns(READ_BYTES, READ_BYTES, THREADS);
  private final Reconstructor reconstructor;
  private final ThreadPoolExecutor threads;
  private final Map<ColumnShape, Columns> columns = new ConcurrentHashMap<>();

  public StripeReader(DriveSet drives) {
    Codes codes = new Codes();
    this.drives = drives;
    this.checksums = new StripChecksums(drives.storeId(), codes);
    this.reconstructor =
        new Reconstructor(
            drives, codes, checksums, new Columns(SOURCES_BYTES, READ_BYTES, THREADS));
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("basalt-stripe-reader"));
    threads.allowCoreThreadTimeOut(true);
  }

  /** A range of a strip's file: where it can be read without checks of this class. */
  public record StripRange(String drive, String file, long position) {}

  /**
   * Where a range of the stripe's data stands as it is, for a caller that has a checksum of just
   * these bytes; empty if it reaches over two strips, or its strip is known to be lost.
   */
  public Optional<StripRange> inOneStrip(Stripe stripe, long offset, int length) {
    int strip = (int) (offset / stripe.stripBytes());
    long inStrip = offset % stripe.stripBytes();
    if (inStrip + length > stripe.stripBytes() || isLost(stripe, strip)) {
      return Optional.empty();
    }
    return Optional.of(
        new StripRange(
            stripe.drives().get(strip), stripe.fileName(strip), StripLayout.position(inStrip)));
  }

  /**
   * Fills the target with the stripe's data from {@code offset} on.
   *
   * @throws IOException if too many strips are lost; names the stripe and the drives
   * @throws IllegalArgumentException if the stripe has no such range
   */
  public void read(Stripe stripe, long offset, ByteBuffer target) throws IOException {
    if (offset < 0 || offset + target.remaining() > stripe.dataBytes()) {
      throw new IllegalArgumentException(
          "bytes %d to %d of stripe %s, which has %d"
              .formatted(offset, offset + target.remaining(), stripe.id(), stripe.dataBytes()));
    }
    long at = offset;
    while (target.hasRemaining()) {
      int strip = (int) (at / stripe.stripBytes());
      long inStrip = at % stripe.stripBytes();
      int length = (int) Math.min(target.remaining(), stripe.stripBytes() - inStrip);
      readStrip(stripe, strip, inStrip, target.slice(target.position(), length));
      target.position(target.position() + length);
      at += length;
    }
  }

  /**
   * Starts to fill the target with the stripe's data, <b>unchecked</b>: for a caller who has a
   * checksum of just these bytes, and turns to {@link #read} when they are wrong or this fails.
   * Needs neither whole blocks nor their checksums. After a failure the target may still be written
   * to.
   */
  public CompletableFuture<Void> startUnchecked(Stripe stripe, long offset, ByteBuffer target) {
    List<CompletableFuture<Void>> parts = new ArrayList<>();
    for (int done = 0; done < target.limit(); ) {
      long at = offset + done;
      int strip = (int) (at / stripe.stripBytes());
      long inStrip = at % stripe.stripBytes();
      int length = (int) Math.min(target.limit() - done, stripe.stripBytes() - inStrip);
      parts.add(startPart(stripe, strip, inStrip, target.slice(done, length)));
      done += length;
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> startPart(
      Stripe stripe, int strip, long from, ByteBuffer target) {
    if (isLost(stripe, strip)) {
      return CompletableFuture.runAsync(
          () -> {
            try {
              reconstructUnchecked(stripe, strip, from, target);
            } catch (IOException e) {
              throw new CompletionException(e);
            }
          },
          threads);
    }
    return drives.submit(
        stripe.drives().get(strip),
        drive -> {
          try (DriveFile file = drive.open(stripe.fileName(strip))) {
            file.read(target, StripLayout.position(from));
          }
          return null;
        });
  }

  private void reconstructUnchecked(Stripe stripe, int strip, long from, ByteBuffer target)
      throws IOException {
    LostStrips lost = reconstructor.lost(stripe);
    lost.add(strip, "is not among the drives");
    int most = reconstructor.mostBytes(stripe);
    for (int done = 0; done < target.limit(); done += most) {
      int length = Math.min(most, target.limit() - done);
      reconstructor.reconstructUnchecked(
          stripe, lost, strip, from + done, target.slice(done, length));
    }
  }

  /** Whether a data strip of the stripe is known to be lost. */
  public boolean isDegraded(Stripe stripe) {
    for (int strip = 0; strip < stripe.dataStrips(); strip++) {
      if (isLost(stripe, strip)) {
        return true;
      }
    }
    return false;
  }

  /** How the columns of the stripe are cut. */
  public static ColumnShape columnShape(Stripe stripe) {
    return ColumnShape.of(stripe.strips());
  }

  /** The columns of the stripe, for a caller who wants most of each. */
  public StripeColumns columns(Stripe stripe) {
    Columns memory =
        columns.computeIfAbsent(
            columnShape(stripe),
            shape -> new Columns(Long.MAX_VALUE, shape.bytes(), shape.columns()));
    return new ColumnReads(drives, reconstructor, stripe, memory);
  }

  /** Whether the strip of this stripe is known to be of no use. */
  public boolean isLost(Stripe stripe, int strip) {
    return reconstructor.isLost(stripe, strip) || drives.isUnavailable(stripe.drives().get(strip));
  }

  /** Bytes of lost strips that were computed so far. */
  public long reconstructedBytes() {
    return reconstructor.reconstructedBytes();
  }

  /** Reads a range of one strip, some blocks at a time. */
  private void readStrip(Stripe stripe, int strip, long from, ByteBuffer target)
      throws IOException {
    int most = Math.min(READ_BYTES, reconstructor.mostBytes(stripe)) / Stripe.BLOCK_BYTES;
    long end = from + target.remaining();
    int after = Math.toIntExact((end + Stripe.BLOCK_BYTES - 1) / Stripe.BLOCK_BYTES);
    for (int first = (int) (from / Stripe.BLOCK_BYTES); first < after; first += most) {
      long start = (long) first * Stripe.BLOCK_BYTES;
      int length = Math.min(most, after - first) * Stripe.BLOCK_BYTES;
      int skip = (int) Math.max(0, from - start);
      Column column = readBlocks(stripe, strip, first, length);
      target.put(column.strip(0, (int) Math.min(end - start, length)).position(skip));
      single.give(column);
    }
  }

  /** Whole blocks, whatever it takes. */
  private Column readBlocks(Stripe stripe, int strip, int first, int length) throws IOException {
    LostStrips lost = reconstructor.lost(stripe);
    if (!lost.contains(strip)) {
      Column column = single.take(1, length);
      if (readFromDrive(stripe, lost, strip, first, column.strip(0, length))) {
        return column;
      }
      // The drive may write to that column yet, so it is not used again.
    }
    Column column = single.take(1, length);
    reconstructor.reconstruct(stripe, lost, strip, first, column.strip(0, length));
    return column;
  }

  /** Reads and checks blocks; single ones that are wrong are reconstructed. */
  private boolean readFromDrive(
      Stripe stripe, LostStrips lost, int strip, int first, ByteBuffer target) throws IOException {
    List<CorruptBlock> wrong;
    try {
      wrong =
          drives.call(
              stripe.drives().get(strip), drive -> corrupt(drive, stripe, strip, first, target));
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException failed) {
      reconstructor.note(lost, stripe, strip, failed);
      return false;
    }
    for (CorruptBlock corrupt : wrong) {
      LostStrips here = reconstructor.lost(stripe);
      reconstructor.note(here, stripe, strip, corrupt.why());
      int at = (corrupt.block() - first) * Stripe.BLOCK_BYTES;
      reconstructor.reconstruct(
          stripe, here, strip, corrupt.block(), target.slice(at, Stripe.BLOCK_BYTES));
    }
    return true;
  }

  private record CorruptBlock(int block, CorruptDataException why) {}

  private List<CorruptBlock> corrupt(
      Drive drive, Stripe stripe, int strip, int first, ByteBuffer target) throws IOException {
    try (DriveFile file = drive.open(stripe.fileName(strip))) {
      BlockChecksums own = checksums.own(drive, file, stripe, strip);
      file.read(target.duplicate(), StripLayout.blockPosition(first));
      List<CorruptBlock> wrong = new ArrayList<>();
      for (int block = own.mismatch(first, target, first);
          block >= 0;
          block = own.mismatch(first, target, block + 1)) {
        ByteBuffer bytes = target.slice((block - first) * Stripe.BLOCK_BYTES, Stripe.BLOCK_BYTES);
        wrong.add(
            new CorruptBlock(block, own.corrupt(drive.info().id(), file.name(), block, bytes)));
      }
      return wrong;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
