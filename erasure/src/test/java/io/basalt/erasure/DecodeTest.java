package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is lost comes back, and a reconstruction that cannot be right is refused. */
class DecodeTest {
  private static final int LENGTH = 321;

  static List<Kernel> kernels() {
    return ParityTest.kernels().toList();
  }

  /** Every set of lost strips, with all others there and with any k of them there. */
  @ParameterizedTest
  @MethodSource("kernels")
  void everyPatternOfNarrowCodesIsDecoded(Kernel kernel) {
    for (Geometry geometry :
        List.of(new Geometry(4, 2), new Geometry(6, 3), new Geometry(1, 3), new Geometry(2, 3))) {
      ByteBuffer[] whole = Stripes.encoded(geometry, LENGTH, geometry.k());
      MatrixCode code = MatrixCode.open(geometry, List.of(kernel));
      for (int lost = 0; lost < 1 << geometry.width(); lost++) {
        for (int gone = 0; gone < 1 << geometry.width(); gone++) {
          boolean apart = (lost & gone) == 0;
          if (apart && Integer.bitCount(lost) + Integer.bitCount(gone) <= geometry.m()) {
            checkDecode(code, whole, set(lost), set(gone));
          }
        }
      }
    }
  }

  private static StripSet set(int bits) {
    return StripSet.of(IntStream.range(0, 32).filter(i -> (bits >> i & 1) == 1).toArray());
  }

  private static void checkDecode(
      ErasureCode code, ByteBuffer[] whole, StripSet lost, StripSet gone) {
    ByteBuffer[] strips = whole.clone();
    for (int i = 0; i < strips.length; i++) {
      strips[i] = gone.contains(i) ? null : lost.contains(i) ? Stripes.strip(LENGTH) : strips[i];
    }
    code.decode(StripBuffers.of(strips), lost, 3, LENGTH - 10);
    checkRange(code, whole, strips, lost, gone);
    for (int i : lost.toArray()) {
      strips[i] = Stripes.strip(LENGTH);
    }
    code.decodeVerified(StripBuffers.of(strips), lost, 3, LENGTH - 10, Stripes.strip(LENGTH));
    checkRange(code, whole, strips, lost, gone);
  }

  private static void checkRange(
      ErasureCode code, ByteBuffer[] whole, ByteBuffer[] strips, StripSet lost, StripSet gone) {
    for (int i : lost.toArray()) {
      assertThat(strips[i].slice(3, LENGTH - 10).mismatch(whole[i].slice(3, LENGTH - 10)))
          .as("%s, strip %d of lost %s, gone %s", code, i, lost, gone)
          .isEqualTo(-1);
      assertThat(strips[i].get(2)).isZero();
      assertThat(strips[i].get(LENGTH - 7)).isZero();
    }
  }

  @Property(tries = 200)
  void randomLossesOfRandomCodesComeBack(
      @ForAll @IntRange(min = 1, max = 250) int k,
      @ForAll @IntRange(min = 1, max = 6) int m,
      @ForAll long seed) {
    Geometry geometry = new Geometry(k, m);
    Random random = new Random(seed);
    ByteBuffer[] whole = Stripes.random(geometry, LENGTH, seed);
    List<Kernel> kernels = kernels();
    MatrixCode code =
        MatrixCode.open(geometry, List.of(kernels.get(random.nextInt(kernels.size()))));
    code.encode(StripBuffers.of(whole), 0, LENGTH);
    int[] shuffled =
        random.ints(0, geometry.width()).distinct().limit(1 + random.nextInt(m)).toArray();
    int lost = 1 + random.nextInt(shuffled.length);
    checkDecode(
        code,
        whole,
        StripSet.of(IntStream.of(shuffled).limit(lost).toArray()),
        StripSet.of(IntStream.of(shuffled).skip(lost).toArray()));
  }

  @Test
  void aWrongSourceIsNoticedWhenThereIsASpare() {
    Geometry geometry = new Geometry(6, 3);
    ErasureCode code = ErasureCode.open(geometry);
    for (int wrong = 0; wrong < geometry.width(); wrong++) {
      for (int lost = 0; lost < geometry.width(); lost++) {
        if (lost != wrong) {
          ByteBuffer[] strips = Stripes.encoded(geometry, LENGTH, 1);
          strips[wrong].put(200, (byte) ~strips[wrong].get(200));
          boolean used = wrong < 7 || (lost < 7 && wrong < 8);
          strips[lost] = Stripes.strip(LENGTH);
          StripSet lostOne = StripSet.of(lost);
          ByteBuffer scratch = Stripes.strip(LENGTH);
          if (used) {
            assertThatThrownBy(
                    () -> code.decodeVerified(StripBuffers.of(strips), lostOne, 0, LENGTH, scratch))
                .isInstanceOf(ReconstructionMismatchException.class)
                .hasMessageContaining("at byte 200: one of the sources is wrong");
          } else {
            code.decodeVerified(StripBuffers.of(strips), lostOne, 0, LENGTH, scratch);
          }
        }
      }
    }
  }

  @Test
  void tooManyLossesAreAnException() {
    Geometry geometry = new Geometry(4, 2);
    ErasureCode code = ErasureCode.open(geometry);
    ByteBuffer[] strips = Stripes.encoded(geometry, LENGTH, 1);
    assertThatThrownBy(() -> code.decode(StripBuffers.of(strips), StripSet.of(0, 1, 2), 0, LENGTH))
        .isInstanceOf(TooManyLostException.class)
        .hasMessage("strips [0, 1, 2] of a 4+2 stripe need 4 others, and only 3 are available");
    strips[5] = null;
    strips[4] = null;
    assertThatThrownBy(() -> code.decode(StripBuffers.of(strips), StripSet.of(3), 0, LENGTH))
        .isInstanceOf(TooManyLostException.class)
        .hasMessageContaining("only 3 are available");
  }

  @Test
  void minimumToDecodeReadsAsLittleAsPossible() {
    ErasureCode code = ErasureCode.open(new Geometry(4, 2));
    StripSet all = code.geometry().all();
    assertThat(code.minimumToDecode(StripSet.of(1), all)).isEqualTo(StripSet.of(1));
    assertThat(code.minimumToDecode(StripSet.of(4, 5), all)).isEqualTo(StripSet.of(4, 5));
    assertThat(code.minimumToDecode(StripSet.of(), StripSet.of())).isEqualTo(StripSet.of());
    assertThat(code.minimumToDecode(StripSet.of(1), all.minus(StripSet.of(1))))
        .isEqualTo(StripSet.of(0, 2, 3, 4));
    assertThat(code.minimumToDecode(StripSet.of(0, 5), all.minus(StripSet.of(0))))
        .isEqualTo(StripSet.of(1, 2, 3, 5));
    assertThatThrownBy(() -> code.minimumToDecode(StripSet.of(0), StripSet.of(1, 2, 3)))
        .isInstanceOf(TooManyLostException.class)
        .hasMessageContaining("strips [0] of a 4+2 stripe");
  }

  /**
   * What minimumToDecode names is enough, for every wanted strip and every set that is available.
   */
  @Test
  void minimumToDecodeIsEnough() {
    Geometry geometry = new Geometry(4, 2);
    ErasureCode code = ErasureCode.open(geometry);
    ByteBuffer[] whole = Stripes.encoded(geometry, LENGTH, 9);
    for (int bits = 0; bits < 1 << geometry.width(); bits++) {
      StripSet available = set(bits);
      if (available.size() < geometry.k()) {
        continue;
      }
      for (int wanted = 1; wanted < 1 << geometry.width(); wanted++) {
        StripSet sources = code.minimumToDecode(set(wanted), available);
        assertThat(available.containsAll(sources)).isTrue();
        assertThat(sources.size())
            .isLessThanOrEqualTo(Math.max(geometry.k(), Integer.bitCount(wanted)));
        StripSet lost = set(wanted).minus(sources);
        ByteBuffer[] strips = new ByteBuffer[geometry.width()];
        for (int i = 0; i < strips.length; i++) {
          strips[i] =
              sources.contains(i) ? whole[i] : lost.contains(i) ? Stripes.strip(LENGTH) : null;
        }
        code.decode(StripBuffers.of(strips), lost, 0, LENGTH);
        for (int i : lost.toArray()) {
          assertThat(strips[i].mismatch(whole[i])).isEqualTo(-1);
        }
      }
    }
  }
}
