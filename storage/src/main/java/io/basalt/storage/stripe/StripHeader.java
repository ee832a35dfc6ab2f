package io.basalt.storage.stripe;

import io.basalt.erasure.ErasureCode;
import io.basalt.schemas.StripHeaderRecord;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The head of a strip file, as it must be: a frame, and zeros up to {@link
 * StripLayout#HEADER_BYTES}. Who reads a strip compares it with the header that the stripe asks
 * for, so that a file of another store, stripe, number or geometry is never taken for it.
 */
final class StripHeader {
  static final String CODE = "reed_sol_van";
  static final int WORD_BITS = 8;
  static final int POLYNOMIAL = 0x11d;

  private static final Frame FRAME = new Frame("BASSTRP\n", 1);
  private static final int LENGTH_AT = 12;
  private static final int FRAME_BYTES = 20;

  private StripHeader() {}

  static StripHeaderRecord of(
      String storeId, Stripe stripe, int strip, ErasureCode code, long fileBytes) {
    return new StripHeaderRecord(
        storeId,
        stripe.id(),
        strip,
        CODE,
        WORD_BITS,
        POLYNOMIAL,
        stripe.dataStrips(),
        stripe.parityStrips(),
        ByteBuffer.wrap(
            strip < stripe.dataStrips() ? new byte[0] : code.row(strip - stripe.dataStrips())),
        stripe.stripBytes(),
        Stripe.BLOCK_BYTES,
        fileBytes);
  }

  /** The header's bytes, zeros included. */
  static ByteBuffer encode(StripHeaderRecord header) {
    byte[] frame = FRAME.encode(header);
    if (frame.length > StripLayout.HEADER_BYTES) {
      throw new IllegalArgumentException(
          "the header of stripe %s needs %d bytes: its names are too long"
              .formatted(header.getStripe(), frame.length));
    }
    ByteBuffer bytes = ByteBuffer.allocate(StripLayout.HEADER_BYTES);
    return bytes.put(frame).clear();
  }

  /** Reads a header's bytes; the names are for the error's sentence. */
  static StripHeaderRecord decode(ByteBuffer bytes, String drive, String file) throws IOException {
    int length = bytes.getInt(LENGTH_AT);
    if (length < 0 || length > bytes.remaining() - FRAME_BYTES) {
      throw new CorruptDataException(drive, file, LENGTH_AT, "a length", String.valueOf(length));
    }
    byte[] frame = new byte[FRAME_BYTES + length];
    bytes.get(0, frame);
    StripHeaderRecord header = FRAME.decode(frame, StripHeaderRecord.class, drive, file);
    for (int at = frame.length; at < bytes.limit(); at++) {
      if (bytes.get(at) != 0) {
        throw new CorruptDataException(drive, file, at, "00", "%02x".formatted(bytes.get(at)));
      }
    }
    return header;
  }

  /** Checks that a header is the one that the strip must have, whatever the file's length. */
  static void require(
      String storeId,
      Stripe stripe,
      int strip,
      ErasureCode code,
      StripHeaderRecord found,
      String drive,
      String file)
      throws CorruptDataException {
    StripHeaderRecord expected = of(storeId, stripe, strip, code, found.getFileBytes());
    if (!expected.equals(found)) {
      throw new CorruptDataException(drive, file, 0, describe(expected), describe(found));
    }
  }

  private static String describe(StripHeaderRecord header) {
    return "the header of strip %d of stripe %s of store %s, %s %d+%d with strips of %d bytes"
        .formatted(
            header.getStrip(),
            header.getStripe(),
            header.getStoreId(),
            header.getCode(),
            header.getDataStrips(),
            header.getParityStrips(),
            header.getStripBytes());
  }
}
