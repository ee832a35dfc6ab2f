package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a caller does wrong is an exception in Java: the process lives, and no strip has
 * changed.
 */
class MisuseTest {
  private static final Geometry GEOMETRY = new Geometry(4, 2);
  private static final int LENGTH = 1024;

  static List<Kernel> kernels() {
    return ParityTest.kernels().toList();
  }

  private static ErasureCode code(Kernel kernel) {
    return MatrixCode.open(GEOMETRY, List.of(kernel));
  }

  private static void refuses(
      Kernel kernel, ByteBuffer[] strips, int offset, int length, String why) {
    assertThatThrownBy(() -> code(kernel).encode(StripBuffers.of(strips), offset, length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
    StripSet lost = StripSet.of(5);
    assertThatThrownBy(() -> code(kernel).decode(StripBuffers.of(strips), lost, offset, length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void misalignedStripsAreRefused(Kernel kernel) {
    for (int shift = 1; shift < 16; shift++) {
      for (int strip = 0; strip < GEOMETRY.width(); strip++) {
        ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH + 16);
        strips[strip] = strips[strip].slice(shift, LENGTH);
        refuses(kernel, strips, 0, LENGTH, "addresses differ modulo 16");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void stripsThatAreAllShiftedAlikeAreFine(Kernel kernel) {
    for (int shift = 1; shift < 16; shift++) {
      ByteBuffer[] strips = Stripes.random(GEOMETRY, LENGTH + 16, shift);
      ByteBuffer[] expected = Stripes.encoded(GEOMETRY, LENGTH + 16, shift);
      for (int i = 0; i < strips.length; i++) {
        strips[i] = strips[i].slice(shift, LENGTH);
      }
      code(kernel).encode(StripBuffers.of(strips), 0, LENGTH);
      for (int i = 0; i < strips.length; i++) {
        assertThat(strips[i].mismatch(expected[i].slice(shift, LENGTH))).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rangesOutsideTheStripsAreRefused(Kernel kernel) {
    ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
    refuses(kernel, strips, -1, 16, "no range of a strip");
    refuses(kernel, strips, 0, -1, "no range of a strip");
    refuses(kernel, strips, Integer.MAX_VALUE, Integer.MAX_VALUE, "no range of a strip");
    refuses(kernel, strips, 0, LENGTH + 1, "ends at 1024, before 0 + 1025");
    refuses(kernel, strips, LENGTH, 1, "ends at 1024");
    strips[3].limit(1000);
    refuses(kernel, strips, 0, LENGTH, "strip 3 ends at 1000");
    code(kernel).encode(StripBuffers.of(strips), 1000, 0);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void buffersOfTheWrongKindAreRefused(Kernel kernel) {
    for (int strip = 0; strip < GEOMETRY.width(); strip++) {
      ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
      strips[strip] = ByteBuffer.allocate(LENGTH);
      refuses(kernel, strips, 0, LENGTH, "must be direct");
    }
    ByteBuffer[] readOnly = Stripes.empty(GEOMETRY, LENGTH);
    readOnly[5] = readOnly[5].asReadOnlyBuffer();
    refuses(kernel, readOnly, 0, LENGTH, "read-only");
    ByteBuffer[] missing = Stripes.empty(GEOMETRY, LENGTH);
    missing[5] = null;
    refuses(kernel, missing, 0, LENGTH, "strip 5 has no buffer");
    refuses(kernel, new ByteBuffer[5], 0, LENGTH, "5 strips were given to a 4+2 code");
    refuses(kernel, new ByteBuffer[7], 0, LENGTH, "7 strips were given to a 4+2 code");
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void readOnlySourcesAreFine(Kernel kernel) {
    ByteBuffer[] strips = Stripes.random(GEOMETRY, LENGTH, 1);
    for (int i = 0; i < GEOMETRY.k(); i++) {
      strips[i] = strips[i].asReadOnlyBuffer();
    }
    code(kernel).encode(StripBuffers.of(strips), 0, LENGTH);
    assertThat(strips[5].mismatch(Stripes.encoded(GEOMETRY, LENGTH, 1)[5])).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void oneBufferForTwoStripsIsRefused(Kernel kernel) {
    for (int strip = 0; strip < GEOMETRY.width() - 1; strip++) {
      ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
      strips[5] = strips[strip];
      if (strip < GEOMETRY.k()) {
        refuses(kernel, strips, 0, LENGTH, "overlaps another one");
      } else {
        assertThatThrownBy(() -> code(kernel).encode(StripBuffers.of(strips), 0, LENGTH))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("overlaps another one");
      }
    }
  }

  @Test
  void stripsThatOverlapInPartAreRefusedByTheNativeKernels() {
    for (Kernel kernel : kernels()) {
      ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
      ByteBuffer shared = Stripes.strip(2 * LENGTH);
      strips[0] = shared.slice(0, LENGTH);
      strips[5] = shared.slice(LENGTH - 16, LENGTH);
      if (kernel.isNative()) {
        refuses(kernel, strips, 0, LENGTH, "overlaps another one");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void stripsOutsideTheCodeAreRefused(Kernel kernel) {
    ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
    ErasureCode code = code(kernel);
    assertThatThrownBy(() -> code.decode(StripBuffers.of(strips), StripSet.of(6), 0, LENGTH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not all belong to a 4+2 stripe");
    assertThatThrownBy(() -> code.minimumToDecode(StripSet.of(200), StripSet.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not all belong");
    assertThatThrownBy(() -> code.minimumToDecode(StripSet.of(1), StripSet.of(200)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not all belong");
    assertThatThrownBy(() -> StripSet.of(256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no strip has the number 256");
    assertThatThrownBy(() -> StripSet.of(-1)).hasMessageContaining("no strip has the number -1");
    assertThatThrownBy(() -> StripSet.of(1, 1)).hasMessageContaining("named twice");
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void scratchMeetsTheDemandsOfAStrip(Kernel kernel) {
    ByteBuffer[] strips = Stripes.encoded(GEOMETRY, LENGTH, 1);
    ErasureCode code = code(kernel);
    StripSet lost = StripSet.of(0);
    assertThatThrownBy(
            () ->
                code.decodeVerified(
                    StripBuffers.of(strips), lost, 0, LENGTH, ByteBuffer.allocate(LENGTH)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be direct");
    assertThatThrownBy(
            () -> code.decodeVerified(StripBuffers.of(strips), lost, 0, LENGTH, Stripes.strip(16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ends at 16");
    assertThatThrownBy(() -> code.decodeVerified(StripBuffers.of(strips), lost, 0, LENGTH, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no buffer");
    assertThatThrownBy(
            () -> code.decodeVerified(StripBuffers.of(strips), lost, 0, LENGTH, strips[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlaps another one");
  }

  @Test
  void codesThatDoNotExistAreRefused() {
    for (int[] shape :
        new int[][] {
          {0, 1}, {1, 0}, {-1, 2}, {253, 4}, {256, 1}, {1, 256}, {Integer.MAX_VALUE, 2}
        }) {
      assertThatThrownBy(() -> new Geometry(shape[0], shape[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no code has");
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void aClosedCodeIsRefused(Kernel kernel) {
    ByteBuffer[] strips = Stripes.empty(GEOMETRY, LENGTH);
    ErasureCode code = code(kernel);
    code.close();
    code.close();
    StripSet lost = StripSet.of(1);
    assertThatThrownBy(() -> code.encode(StripBuffers.of(strips), 0, LENGTH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the 4+2 code is closed: open another");
    assertThatThrownBy(() -> code.decode(StripBuffers.of(strips), lost, 0, LENGTH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(
            () -> code.decodeVerified(StripBuffers.of(strips), lost, 0, LENGTH, strips[0]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> code.minimumToDecode(lost, lost))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  /** What Java would have refused is refused by C as well: the second check stands alone. */
  @Test
  void theNativeLibraryChecksForItself() {
    int kernel = Kernel.JERASURE.number();
    ByteBuffer tables = ByteBuffer.allocateDirect(NativeKernels.tablesBytes(kernel, 2, 1));
    assertThat(NativeKernels.prepare(kernel, 2, 1, new byte[] {1, 1}, tables)).isZero();
    ByteBuffer[] strips = Stripes.empty(new Geometry(2, 1), 64);
    long[] places = StripBuffers.of(strips).places();
    int[] order = {0, 1, 2};
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, order, 0, 64)).isZero();

    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, order, 0, 65)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, order, 1, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, order, -1, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, order, 0, -64)).isNotZero();
    assertThat(
            NativeKernels.apply(
                kernel, 2, 1, tables, places, order, Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, new int[] {0, 1}, 0, 64))
        .isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, new int[] {0, 1, 3}, 0, 64))
        .isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, new int[] {0, -1, 2}, 0, 64))
        .isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, null, order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, places, null, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, null, places, order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 2, tables, places, order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 0, 1, tables, places, order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 256, 1, tables, places, order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(7, 2, 1, ByteBuffer.allocateDirect(999), places, order, 0, 64))
        .isNotZero();
    assertThat(NativeKernels.prepare(kernel, 2, 1, new byte[3], tables)).isNotZero();
    assertThat(NativeKernels.prepare(kernel, 2, 1, null, tables)).isNotZero();
    assertThat(NativeKernels.codingMatrix(255, 2, new byte[510])).isNotZero();
    assertThat(NativeKernels.codingMatrix(0, 2, new byte[0])).isNotZero();
    assertThat(NativeKernels.codingMatrix(2, 2, new byte[3])).isNotZero();
    assertThat(NativeKernels.codingMatrix(2, 2, null)).isNotZero();

    assertThat(NativeKernels.apply(kernel, 2, 1, tables, new long[4], order, 0, 64)).isNotZero();
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, new long[600], order, 0, 64)).isNotZero();
    assertThat(NativeKernels.address(null)).isZero();
    assertThat(NativeKernels.address(ByteBuffer.allocate(64))).isZero();

    strips[1] = null;
    assertThat(apply(tables, strips)).isNotZero();
    strips[1] = strips[2];
    assertThat(apply(tables, strips)).isNotZero();
    long[] shifted = places.clone();
    shifted[2] += 8;
    shifted[3] -= 8;
    assertThat(NativeKernels.apply(kernel, 2, 1, tables, shifted, order, 0, 56)).isNotZero();
  }

  private static int apply(ByteBuffer tables, ByteBuffer[] strips) {
    return NativeKernels.apply(
        Kernel.JERASURE.number(),
        2,
        1,
        tables,
        StripBuffers.of(strips).places(),
        new int[] {0, 1, 2},
        0,
        64);
  }

  @Test
  void limitsAreThoseOfTheTimeOfPreparation() {
    for (Kernel kernel : kernels()) {
      ByteBuffer[] strips = Stripes.random(GEOMETRY, LENGTH, 1);
      strips[2].limit(100);
      StripBuffers prepared = StripBuffers.of(strips);
      strips[2].limit(LENGTH);
      assertThatThrownBy(() -> code(kernel).encode(prepared, 0, 101))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("strip 2 ends at 100, before 0 + 101");
    }
  }

  /** What is arranged anew is checked like what was given so. */
  @ParameterizedTest
  @MethodSource("kernels")
  void stripsInAnotherOrder(Kernel kernel) {
    ByteBuffer[] expected = Stripes.encoded(GEOMETRY, LENGTH, 1);
    ByteBuffer[] turned = new ByteBuffer[expected.length];
    for (int i = 0; i < turned.length; i++) {
      turned[turned.length - 1 - i] = Stripes.copy(expected[i]);
    }
    StripBuffers memory = StripBuffers.of(turned);
    Stripes.fill(turned[2], 0);
    StripBuffers strips = memory.arranged(5, -1, 3, 2, 1, 0);
    code(kernel).decode(strips, StripSet.of(3), 0, LENGTH);
    assertThat(strips.buffer(3).mismatch(expected[3])).isEqualTo(-1);
    assertThat(strips.buffer(1)).isNull();
    assertThatThrownBy(() -> code(kernel).encode(strips, 0, LENGTH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strip 1 has no buffer");
    assertThatThrownBy(() -> code(kernel).encode(memory.arranged(0, 1), 0, LENGTH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 strips were given to a 4+2 code");
  }
}
