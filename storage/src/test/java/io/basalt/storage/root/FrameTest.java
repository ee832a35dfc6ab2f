package io.basalt.storage.root;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.schemas.CommitRecord;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final Frame FRAME = new Frame("BASTEST\n", 1);
  private static final CommitRecord RECORD = new CommitRecord("s", "b", 1L, "c", 2, "a");

  @Test
  void everyFlippedBitIsFound() {
    byte[] whole = FRAME.encode(RECORD);
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertCorrupt(damaged, "byte " + at + ", bit " + bit);
      }
    }
  }

  @Test
  void everyCutIsFound() {
    byte[] whole = FRAME.encode(RECORD);
    for (int length = 0; length < whole.length; length++) {
      assertCorrupt(Arrays.copyOf(whole, length), length + " bytes");
    }
    assertCorrupt(Arrays.copyOf(whole, whole.length + 1), "a byte too many");
  }

  @Test
  void aPayloadThatIsWrongUnderARightChecksumIsDamage() {
    byte[] payload = new byte[40];
    for (int seed = 0; seed < 2000; seed++) {
      new Random(seed).nextBytes(payload);
      // A text longer than all there is, as its first field says.
      payload[0] = (byte) (payload[0] | 1);
      assertCorrupt(framed(1, payload), "seed " + seed);
    }
  }

  @Test
  void aNewerVersionIsNamed() {
    byte[] newer = framed(2, new byte[10]);
    assertThatThrownBy(() -> FRAME.decode(newer, CommitRecord.class, "d", "f"))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("d: f has format version 2; this program reads up to 1");
  }

  private static byte[] framed(int version, byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putInt(version).putInt(payload.length).flip());
    crc.update(payload);
    return ByteBuffer.allocate(20 + payload.length)
        .put("BASTEST\n".getBytes(StandardCharsets.US_ASCII))
        .putInt(version)
        .putInt(payload.length)
        .putInt((int) crc.getValue())
        .put(payload)
        .array();
  }

  private static void assertCorrupt(byte[] bytes, String what) {
    assertThatThrownBy(() -> FRAME.decode(bytes, CommitRecord.class, "scm-0", "roots/x"))
        .as(what)
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("drive scm-0, file roots/x, byte");
  }
}
