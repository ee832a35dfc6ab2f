package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  /** Pieces of every size, in any order, make the checksum of the whole. */
  @Test
  void piecesAddUpToTheWhole() {
    Random random = new Random(3);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(5000)];
      random.nextBytes(bytes);
      List<int[]> pieces = new ArrayList<>();
      for (int at = 0; at < bytes.length; ) {
        int length = 1 + random.nextInt(Math.min(1200, bytes.length - at));
        pieces.add(new int[] {at, length});
        at += length;
      }
      Collections.shuffle(pieces, random);
      int sum = 0;
      for (int[] piece : pieces) {
        int crc = Crc32c.of(ByteBuffer.wrap(bytes, piece[0], piece[1]));
        sum ^= Crc32c.shifted(crc, bytes.length - piece[0] - piece[1]);
      }
      assertThat(sum).isEqualTo(Crc32c.of(ByteBuffer.wrap(bytes)));
    }
  }

  @Test
  void zerosBehindCountOverLongDistances() {
    byte[] bytes = new byte[20_000_003];
    bytes[0] = 1;
    int rest = Crc32c.of(ByteBuffer.wrap(bytes, 1, bytes.length - 1));
    int first = Crc32c.of(ByteBuffer.wrap(bytes, 0, 1));
    assertThat(Crc32c.shifted(first, bytes.length - 1L) ^ rest)
        .isEqualTo(Crc32c.of(ByteBuffer.wrap(bytes)));
  }
}
