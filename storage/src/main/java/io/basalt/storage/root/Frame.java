package io.basalt.storage.root;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.UnsupportedFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The common envelope of small stored records: eight ASCII bytes of magic, then big-endian integers
 * for format version, payload length and CRC32C of those two and the payload, then the payload in
 * Avro binary.
 *
 * @param magic eight ASCII characters that name the kind of record
 * @param version format version that this program writes; it reads this and all before
 */
public record Frame(String magic, int version) {
  private static final int HEADER_BYTES = 20;
  private static final int CRC_AT = 16;

  public Frame {
    if (magic.length() != 8 || version < 1) {
      throw new IllegalArgumentException("frame " + magic + " version " + version);
    }
  }

  /** Whether bytes claim to be of this kind, whatever their version. */
  public boolean claims(byte[] bytes) {
    byte[] expected = magic.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= expected.length
        && Arrays.equals(bytes, 0, expected.length, expected, 0, expected.length);
  }

  /** The format version that bytes of this kind claim; of this program if they are cut short. */
  public int versionOf(byte[] bytes) {
    return claims(bytes) && bytes.length >= HEADER_BYTES
        ? ByteBuffer.wrap(bytes).getInt(8)
        : version;
  }

  public byte[] encode(SpecificRecordBase payload) {
    byte[] body = avro(payload);
    byte[] frame =
        ByteBuffer.allocate(HEADER_BYTES + body.length)
            .put(magic.getBytes(StandardCharsets.US_ASCII))
            .putInt(version)
            .putInt(body.length)
            .putInt(0)
            .put(body)
            .array();
    ByteBuffer.wrap(frame).putInt(CRC_AT, crc32c(frame));
    return frame;
  }

  /**
   * The payload of a whole frame.
   *
   * @param drive where the bytes come from, for the error's sentence
   * @throws CorruptDataException if the bytes are not one intact frame of this kind
   * @throws UnsupportedFormatException if a newer program wrote them
   */
  public <T extends SpecificRecordBase> T decode(
      byte[] bytes, Class<T> type, String drive, String file) throws IOException {
    if (!claims(bytes) || bytes.length < HEADER_BYTES) {
      throw new CorruptDataException(drive, file, 0, magic.strip(), start(bytes));
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, 8, HEADER_BYTES - 8);
    int found = header.getInt();
    int length = header.getInt();
    int expected = header.getInt();
    if (length != bytes.length - HEADER_BYTES) {
      throw new CorruptDataException(
          drive, file, 12, length + " bytes", (bytes.length - HEADER_BYTES) + " bytes");
    }
    int actual = crc32c(bytes);
    if (actual != expected) {
      throw new CorruptDataException(drive, file, 8, "CRC32C " + hex(expected), hex(actual));
    }
    if (found > version) {
      throw new UnsupportedFormatException(drive + ": " + file, version, found);
    }
    try {
      return new SpecificDatumReader<>(type)
          .read(null, DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, length, null));
    } catch (IOException | RuntimeException unfit) {
      CorruptDataException corrupt =
          new CorruptDataException(
              drive, file, HEADER_BYTES, "a " + type.getSimpleName(), unfit.toString());
      corrupt.initCause(unfit);
      throw corrupt;
    }
  }

  private static int crc32c(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, 8, CRC_AT - 8);
    crc.update(frame, HEADER_BYTES, frame.length - HEADER_BYTES);
    return (int) crc.getValue();
  }

  private static byte[] avro(SpecificRecordBase payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new SpecificDatumWriter<>(payload.getSchema()).write(payload, encoder);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
    return out.toByteArray();
  }

  private static String start(byte[] bytes) {
    return bytes.length == 0
        ? "an empty file"
        : "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
  }

  private static String hex(int crc) {
    return "%08x".formatted(crc);
  }
}
