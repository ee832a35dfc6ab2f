package io.basalt.storage.stripe;

import io.basalt.schemas.StripHeaderRecord;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.root.Stripe;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The block checksums of strips, read when they are first needed and kept while they are few. To
 * read them means to check the file's header and length, so a file that is not the strip it should
 * be gives none. Safe for several threads.
 */
final class StripChecksums {
  /** Blocks whose checksums are kept: 16 MiB of memory, 256 GiB of strips. */
  private static final long KEPT_BLOCKS = 4L << 20;

  private final String storeId;
  private final Codes codes;
  private final Map<Key, BlockChecksums> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBlocks;

  /** Checksums of {@code strip}, as the file of strip {@code in} has them. */
  private record Key(String stripe, int in, int strip) {}

  StripChecksums(String storeId, Codes codes) {
    this.storeId = storeId;
    this.codes = codes;
  }

  /** A strip's checksums from its own file. */
  BlockChecksums own(Drive drive, DriveFile file, Stripe stripe, int strip) throws IOException {
    return of(
        drive,
        file,
        stripe,
        new Key(stripe.id(), strip, strip),
        StripLayout.checksumPosition(stripe));
  }

  /** A data strip's checksums from the file of a parity strip. */
  BlockChecksums fromParity(Drive drive, DriveFile file, Stripe stripe, int parity, int dataStrip)
      throws IOException {
    return of(
        drive,
        file,
        stripe,
        new Key(stripe.id(), parity, dataStrip),
        StripLayout.checksumPosition(stripe, dataStrip));
  }

  private BlockChecksums of(Drive drive, DriveFile file, Stripe stripe, Key key, long position)
      throws IOException {
    synchronized (kept) {
      BlockChecksums known = kept.get(key);
      if (known != null) {
        return known;
      }
    }
    requireStrip(drive, file, stripe, key.in());
    int blocks = StripLayout.blocks(stripe);
    ByteBuffer bytes = ByteBuffer.allocate(BlockChecksums.bytes(blocks));
    file.read(bytes, position);
    BlockChecksums read =
        BlockChecksums.decode(bytes.flip(), blocks, drive.info().id(), file.name(), position);
    keep(key, read);
    return read;
  }

  /** Checks that a file is the strip that it should be, and whole. */
  StripHeaderRecord requireStrip(Drive drive, DriveFile file, Stripe stripe, int strip)
      throws IOException {
    String id = drive.info().id();
    ByteBuffer bytes = ByteBuffer.allocate(StripLayout.HEADER_BYTES);
    try {
      file.read(bytes, 0);
    } catch (EOFException shorter) {
      throw new CorruptDataException(id, file.name(), 0, "a header", shorter.getMessage());
    }
    StripHeaderRecord header = StripHeader.decode(bytes.flip(), id, file.name());
    StripHeader.require(storeId, stripe, strip, codes.of(stripe), header, id, file.name());
    if (file.length() != header.getFileBytes()) {
      throw new CorruptDataException(
          id,
          file.name(),
          Math.min(file.length(), header.getFileBytes()),
          "a file of %d bytes".formatted(header.getFileBytes()),
          "one of %d".formatted(file.length()));
    }
    return header;
  }

  private void keep(Key key, BlockChecksums checksums) {
    synchronized (kept) {
      if (kept.put(key, checksums) == null) {
        keptBlocks += checksums.blocks();
      }
      Iterator<BlockChecksums> eldest = kept.values().iterator();
      while (keptBlocks > KEPT_BLOCKS && kept.size() > 1) {
        keptBlocks -= eldest.next().blocks();
        eldest.remove();
      }
    }
  }
}
