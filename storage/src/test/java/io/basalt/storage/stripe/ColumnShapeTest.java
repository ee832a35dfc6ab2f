package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The columns of a reader fit the memory that flink-conf reckons with, whatever the code. */
class ColumnShapeTest {
  @Test
  void columnsOfEveryWidthStayWithinTheirMemory() {
    int before = Integer.MAX_VALUE;
    for (int strips = 2; strips <= 256; strips++) {
      ColumnShape shape = ColumnShape.of(strips);
      assertThat(shape.memoryBytes(strips)).as(shape.toString()).isLessThanOrEqualTo(48 << 20);
      assertThat(shape.bytes() % 4096).isZero();
      assertThat(shape.bytes()).isBetween(16 << 10, Math.min(before, 384 << 10));
      assertThat(shape.longest()).isBetween(128 << 10, 256 << 10);
      before = shape.bytes();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, 384, 256",
    "10, 384, 256",
    "14, 384, 256",
    "50, 192, 256",
    "150, 16, 256",
    "256, 16, 144"
  })
  void theShapeOfSomeCodes(int strips, int columnKib, int longestKib) {
    assertThat(ColumnShape.of(strips))
        .isEqualTo(new ColumnShape(columnKib << 10, longestKib << 10));
  }
}
