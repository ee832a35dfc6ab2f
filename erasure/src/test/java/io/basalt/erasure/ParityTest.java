package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The parity is reed_sol_van's, on every kernel, whatever the length and the alignment. */
class ParityTest {
  private static final int CAPACITY = 8192 + 256;
  private static final byte UNTOUCHED = 0x5a;

  /** Lengths on both sides of every alignment and block that a kernel or a processor may have. */
  private static final int[] LENGTHS =
      Stream.of(0, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192)
          .flatMapToInt(around -> IntStream.of(around - 1, around, around + 1))
          .filter(length -> length >= 0)
          .toArray();

  static Stream<Kernel> kernels() {
    return Stream.of(Kernel.values()).filter(NativeLibrary::has);
  }

  /** But for what only some processors have. */
  @ParameterizedTest
  @EnumSource(value = Kernel.class, mode = EnumSource.Mode.EXCLUDE, names = "GFNI")
  void theMachineThatTestsHasEveryKernel(Kernel kernel) {
    assertThat(NativeLibrary.has(kernel))
        .withFailMessage("install libjerasure2 and libisal2 to test")
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void parityEqualsTheReference(Kernel kernel) {
    for (int k = 1; k <= 24; k++) {
      for (int m = 1; m <= 6; m++) {
        Geometry geometry = new Geometry(k, m);
        ByteBuffer[] strips = Stripes.random(geometry, CAPACITY, 31L * k + m);
        byte[][] expected = new ReferenceCode(k, m).parity(Stripes.data(strips, geometry));
        try (MatrixCode code = MatrixCode.open(geometry, List.of(kernel))) {
          // Every length at every offset for one odd code and one wide one, a walk through both for
          // the others.
          boolean thorough = (k == 5 && m == 3) || (k == 24 && m == 6);
          for (int i = 0; i < LENGTHS.length; i++) {
            for (int offset :
                thorough ? new int[] {0, 1, 7, 8, 15, 16, 17, 100} : new int[] {i % 33}) {
              checkEncode(code, strips, expected, offset, LENGTHS[i]);
            }
          }
        }
      }
    }
  }

  private static void checkEncode(
      MatrixCode code, ByteBuffer[] strips, byte[][] expected, int offset, int length) {
    Geometry geometry = code.geometry();
    for (int i = geometry.k(); i < geometry.width(); i++) {
      Stripes.fill(strips[i], UNTOUCHED);
    }
    code.encode(StripBuffers.of(strips), offset, length);
    for (int i = 0; i < geometry.m(); i++) {
      byte[] wanted = new byte[CAPACITY];
      Arrays.fill(wanted, UNTOUCHED);
      System.arraycopy(expected[i], offset, wanted, offset, length);
      assertThat(Arrays.mismatch(Stripes.bytes(strips[geometry.k() + i]), wanted))
          .as("%s parity %d, %d bytes at %d", code, i, length, offset)
          .isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,1", "1,255", "2,1", "4,2", "6,3", "8,2", "8,3", "8,4", "10,4", "12,4", "16,4", "17,3",
    "20,4", "32,4", "48,4", "64,8", "96,4", "128,128", "146,4", "200,50", "252,4", "255,1"
  })
  void theMatrixIsJerasures(int k, int m) {
    byte[] jerasure = new byte[k * m];
    NativeKernels.check(NativeKernels.codingMatrix(k, m, jerasure));
    ReferenceCode reference = new ReferenceCode(k, m);
    byte[] expected = new byte[k * m];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) reference.coefficient(i / k, i % k);
    }
    assertThat(Matrix.coding(new Geometry(k, m)).cells()).isEqualTo(jerasure).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"30,4", "64,8", "100,4", "128,128", "146,4", "200,50", "252,4", "1,255", "255,1"})
  void allKernelsAgreeOnWideCodes(int k, int m) {
    Geometry geometry = new Geometry(k, m);
    int capacity = 4096 + 100;
    ByteBuffer[] expected = Stripes.encoded(geometry, capacity, k);
    kernels()
        .forEach(
            kernel -> {
              ByteBuffer[] strips = Stripes.random(geometry, capacity, k);
              MatrixCode.open(geometry, List.of(kernel))
                  .encode(StripBuffers.of(strips), 0, capacity);
              for (int i = 0; i < strips.length; i++) {
                assertThat(strips[i].mismatch(expected[i]))
                    .as("%s strip %d", kernel, i)
                    .isEqualTo(-1);
              }
            });
  }

  /** The bytes that jerasure alone has computed, once; see golden.c. */
  @Test
  void parityEqualsTheGoldenBytes() throws IOException {
    for (String line : golden().lines().toList()) {
      String[] fields = line.split(" ", 4);
      Geometry geometry = new Geometry(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]));
      int length = Integer.parseInt(fields[2]);
      kernels()
          .forEach(
              kernel ->
                  assertThat(goldenParity(geometry, length, kernel))
                      .as("%s on %s", geometry, kernel)
                      .isEqualTo(fields[3]));
    }
  }

  private static String goldenParity(Geometry geometry, int length, Kernel kernel) {
    ByteBuffer[] strips = Stripes.empty(geometry, length);
    for (int s = 0; s < geometry.k(); s++) {
      for (int b = 0; b < length; b++) {
        strips[s].put(b, (byte) (31 * s + 7 * b + s * b + 1));
      }
    }
    MatrixCode.open(geometry, List.of(kernel)).encode(StripBuffers.of(strips), 0, length);
    StringBuilder hex = new StringBuilder();
    for (int i = geometry.k(); i < geometry.width(); i++) {
      hex.append(HexFormat.of().formatHex(Stripes.bytes(strips[i])));
    }
    return hex.toString();
  }

  private static String golden() throws IOException {
    try (InputStream in = ParityTest.class.getResourceAsStream("/golden/reed_sol_van.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
