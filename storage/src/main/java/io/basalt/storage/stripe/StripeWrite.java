package io.basalt.storage.stripe;

import io.basalt.erasure.ErasureCode;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.DriveCall;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.StripeContent.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One stripe on its way to the drives: all strips in parallel, column by column. While one column
 * is encoded and written, the next is filled.
 */
final class StripeWrite {
  /** Dirty bytes of a strip that a drive may have to force in one call, which has a deadline. */
  private static final long FORCE_BYTES = 32L << 20;

  private static final byte[] ZEROS = new byte[Stripe.BLOCK_BYTES];

  private final DriveSet drives;
  private final Stripe stripe;
  private final StripeContent content;
  private final SegmentSource source;
  private final Column[] columns;
  private final int columnBytes;
  private final ErasureCode code;
  private final BlockChecksums[] checksums;
  private final byte[] directory;
  private final DriveFile[] files;

  /** Reads of the column that is next, and writes of the one before. */
  private CompletableFuture<Void> filling = CompletableFuture.completedFuture(null);

  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

  /** A write with columns of one size, which it uses in turns. */
  StripeWrite(
      DriveSet drives,
      Stripe stripe,
      List<PackedSegment> segments,
      SegmentSource source,
      ErasureCode code,
      Column[] columns) {
    this.drives = drives;
    this.stripe = stripe;
    this.content = new StripeContent(stripe, segments);
    this.source = source;
    this.columns = columns;
    this.columnBytes = columns[0].bytes();
    this.code = code;
    this.directory = StripDirectory.of(stripe, segments).encode();
    this.files = new DriveFile[stripe.strips()];
    this.checksums = new BlockChecksums[stripe.strips()];
    for (int strip = 0; strip < checksums.length; strip++) {
      checksums[strip] = new BlockChecksums(StripLayout.blocks(stripe));
    }
  }

  /** Something done to each strip on its drive. */
  @FunctionalInterface
  private interface StripCall<T> {
    DriveCall<T> on(int strip);
  }

  /** Writes, forces, reads back and compares. */
  void run() throws IOException {
    onEach(strip -> drive -> files[strip] = drive.create(name(strip), fileBytes(strip)));
    onEach(strip -> drive -> write(strip, header(strip), 0));
    writeBlocks();
    finish();
    readBack();
  }

  private void writeBlocks() throws IOException {
    long unforced = 0;
    filling = fill(0);
    for (long at = 0; at < stripe.stripBytes(); at += columnBytes) {
      int length = length(at);
      DriveSet.await(filling);
      code.encode(column(at).strips(), 0, length);
      // Then the other column is free.
      DriveSet.await(writing);
      filling = fill(at + columnBytes);
      int first = (int) (at / Stripe.BLOCK_BYTES);
      Column column = column(at);
      writing =
          startOnEach(strip -> drive -> writeBlocks(strip, first, column.strip(strip, length)));
      unforced += length;
      if (unforced >= FORCE_BYTES) {
        unforced = 0;
        DriveSet.await(writing);
        onEach(strip -> drive -> force(strip));
      }
    }
    DriveSet.await(writing);
  }

  private Column column(long at) {
    return columns[(int) (at / columnBytes % columns.length)];
  }

  /** Bytes of each strip in the column at a place; none behind the last. */
  private int length(long at) {
    return (int) Math.max(0, Math.min(columnBytes, stripe.stripBytes() - at));
  }

  /** Starts to read a column of all data strips from the segments. */
  private CompletableFuture<Void> fill(long at) {
    int length = length(at);
    List<CompletableFuture<Void>> reads = new ArrayList<>();
    for (int strip = 0; length > 0 && strip < stripe.dataStrips(); strip++) {
      ByteBuffer target = column(at).strip(strip, length);
      int done = 0;
      for (Part part : content.parts(strip * stripe.stripBytes() + at, length)) {
        zero(target, done, part.offset());
        done = part.offset() + part.length();
        reads.add(
            source.read(
                part.segment(), part.position(), target.slice(part.offset(), part.length())));
      }
      zero(target, done, length);
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new));
  }

  private static void zero(ByteBuffer target, int from, int to) {
    for (int at = from; at < to; at += ZEROS.length) {
      target.put(at, ZEROS, 0, Math.min(ZEROS.length, to - at));
    }
  }

  private Void writeBlocks(int strip, int first, ByteBuffer bytes) throws IOException {
    checksums[strip].compute(first, bytes);
    return write(strip, bytes, StripLayout.blockPosition(first));
  }

  private Void write(int strip, ByteBuffer bytes, long position) throws IOException {
    files[strip].write(bytes, position);
    return null;
  }

  private Void force(int strip) throws IOException {
    files[strip].force();
    return null;
  }

  /** Writes what follows the blocks; then all bytes and the names are forced. */
  private void finish() throws IOException {
    ByteBuffer ofData = checksums(0, stripe.dataStrips());
    onEach(
        strip ->
            drive -> {
              long position = StripLayout.checksumPosition(stripe);
              files[strip].write(checksums(strip, strip + 1), position);
              if (strip >= stripe.dataStrips()) {
                position = StripLayout.checksumPosition(stripe, 0);
                files[strip].write(ofData.duplicate(), position);
              }
              position = StripLayout.directoryPosition(stripe, strip);
              files[strip].write(ByteBuffer.wrap(directory), position);
              files[strip].force();
              files[strip].close();
              drive.forceDirectoryOf(name(strip));
              return null;
            });
  }

  /** The stored checksums of some strips, one after the other. */
  private ByteBuffer checksums(int from, int to) {
    int each = BlockChecksums.bytes(StripLayout.blocks(stripe));
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(to - from, each));
    for (int strip = from; strip < to; strip++) {
      checksums[strip].encode(bytes);
    }
    return bytes.flip();
  }

  /** Compares every byte of the files with what is known of them: the blocks by checksum. */
  private void readBack() throws IOException {
    onEach(strip -> drive -> files[strip] = drive.open(name(strip)));
    CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
    for (long at = 0; at < stripe.stripBytes(); at += columnBytes) {
      int length = length(at);
      int first = (int) (at / Stripe.BLOCK_BYTES);
      Column column = column(at);
      filling =
          startOnEach(strip -> drive -> readBlocks(strip, first, column.strip(strip, length)));
      DriveSet.await(reading);
      reading = filling;
    }
    DriveSet.await(reading);
    ByteBuffer ofData = checksums(0, stripe.dataStrips());
    onEach(
        strip ->
            drive -> {
              compare(strip, header(strip), 0);
              compare(strip, checksums(strip, strip + 1), StripLayout.checksumPosition(stripe));
              if (strip >= stripe.dataStrips()) {
                compare(strip, ofData.duplicate(), StripLayout.checksumPosition(stripe, 0));
              }
              compare(
                  strip, ByteBuffer.wrap(directory), StripLayout.directoryPosition(stripe, strip));
              files[strip].close();
              return null;
            });
  }

  private Void readBlocks(int strip, int first, ByteBuffer bytes) throws IOException {
    files[strip].read(bytes, StripLayout.blockPosition(first));
    bytes.flip();
    checksums[strip].require(first, bytes, drive(strip), name(strip));
    return null;
  }

  private void compare(int strip, ByteBuffer expected, long position) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(expected.remaining());
    files[strip].read(found, position);
    int difference = found.flip().mismatch(expected);
    if (difference >= 0) {
      throw new CorruptDataException(
          drive(strip),
          name(strip),
          position + difference,
          "%02x, which was written".formatted(expected.get(difference)),
          "%02x".formatted(found.get(difference)));
    }
  }

  private ByteBuffer header(int strip) {
    return StripHeader.encode(
        StripHeader.of(drives.storeId(), stripe, strip, code, fileBytes(strip)));
  }

  private long fileBytes(int strip) {
    return StripLayout.directoryPosition(stripe, strip) + directory.length;
  }

  private String name(int strip) {
    return stripe.fileName(strip);
  }

  private String drive(int strip) {
    return stripe.drives().get(strip);
  }

  private <T> void onEach(StripCall<T> call) throws IOException {
    DriveSet.await(startOnEach(call));
  }

  /** The future ends when all calls have ended, also after a failure. */
  private <T> CompletableFuture<Void> startOnEach(StripCall<T> call) {
    CompletableFuture<?>[] calls = new CompletableFuture<?>[stripe.strips()];
    for (int strip = 0; strip < calls.length; strip++) {
      calls[strip] = drives.submit(drive(strip), call.on(strip));
    }
    return CompletableFuture.allOf(calls);
  }

  /** Takes the files away again once no call uses them: no root will ever name them. */
  void discard(Exception failure) {
    awaitEnd(filling);
    awaitEnd(writing);
    for (int strip = 0; strip < stripe.strips(); strip++) {
      String name = name(strip);
      DriveFile file = files[strip];
      if (file == null) {
        continue;
      }
      try {
        drives.call(
            drive(strip),
            drive -> {
              file.close();
              drive.delete(name);
              return null;
            });
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Whether they failed does not matter any more. */
  private static void awaitEnd(CompletableFuture<Void> calls) {
    boolean ignored = calls.handle((done, failure) -> true).join();
  }
}
