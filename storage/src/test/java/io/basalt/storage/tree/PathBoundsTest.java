package io.basalt.storage.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PathBoundsTest {
  private static final int MOST = PathBounds.MOST_BYTES;

  /** Paths around the bound, of the first and last characters of every length in UTF-8. */
  @Provide
  Arbitrary<String> paths() {
    Arbitrary<Integer> characters =
        Arbitraries.of(
            0x01, 0x2F, 0x30, 0x61, 0x7E, 0x7F, 0x80, 0x7FE, 0x7FF, 0x800, 0xD7FE, 0xD7FF, 0xE000,
            0xFFFE, 0xFFFF, 0x10000, 0x1F30B, 0x10FFFE, 0x10FFFF);
    return Arbitraries.integers()
        .between(0, 140)
        .flatMap(plain -> characters.list().ofMaxSize(80).map(tail -> path(plain, tail)));
  }

  private static String path(int plain, List<Integer> tail) {
    StringBuilder path = new StringBuilder("/").append("p".repeat(plain));
    tail.forEach(path::appendCodePoint);
    return path.toString();
  }

  private static byte[] utf8(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(new String(bytes, UTF_8)).as("well-formed").isEqualTo(text);
    return bytes;
  }

  private static void assertOrdered(String first, String second) {
    assertThat(Arrays.compareUnsigned(utf8(first), utf8(second))).isNotPositive();
    assertThat(PathOrder.INSTANCE.compare(first, second)).isNotPositive();
  }

  @Property
  void standOnTheirSidesAndAreShort(@ForAll("paths") String path) {
    String lower = PathBounds.lower(path);
    String upper = PathBounds.upper(path);
    assertOrdered(lower, path);
    assertOrdered(path, upper);
    assertThat(utf8(lower)).hasSizeLessThanOrEqualTo(MOST);
    assertThat(utf8(upper)).hasSizeLessThanOrEqualTo(MOST);
    if (utf8(path).length <= MOST) {
      assertThat(lower).isEqualTo(path);
      assertThat(upper).isEqualTo(path);
    } else {
      // The next character has four bytes at most.
      assertThat(utf8(lower)).hasSizeGreaterThan(MOST - 4);
      assertThat(path).startsWith(lower);
    }
  }

  /** So bounds of a run that are bounded leave out no path of it. */
  @Property
  void keepTheOrderOfPaths(@ForAll("paths") String one, @ForAll("paths") String other) {
    boolean ordered = PathOrder.INSTANCE.compare(one, other) <= 0;
    String first = ordered ? one : other;
    String second = ordered ? other : one;
    assertOrdered(PathBounds.lower(first), second);
    assertOrdered(first, PathBounds.upper(second));
    assertThat(PathRange.exactly(first).overlaps(PathBounds.lower(first), PathBounds.upper(second)))
        .isTrue();
    assertThat(
            PathRange.exactly(second).overlaps(PathBounds.lower(first), PathBounds.upper(second)))
        .isTrue();
  }

  @Test
  void theLastCharacterThatCanGrowDoes() {
    String plain = "/" + "p".repeat(MOST - 5);
    assertThat(PathBounds.upper(plain + "abcdefgh")).isEqualTo(plain + "abce");
    assertThat(PathBounds.upper(plain + "ab\uD7FFz"))
        .as("of the surrogates there is no UTF-8, and three bytes do not fit")
        .isEqualTo(plain + "ac");
    assertThat(PathBounds.upper(plain.substring(1).replaceFirst("p", "/") + "ab\uD7FFzz"))
        .isEqualTo(plain.substring(1).replaceFirst("p", "/") + "ab\uE000");
    assertThat(PathBounds.upper(plain + "\u007F".repeat(9)))
        .as("the next one takes two bytes")
        .isEqualTo(plain + "\u007F\u007F\u0080");
    assertThat(PathBounds.upper("/a" + Character.toString(0x10FFFF).repeat(40)))
        .as("nothing stands behind the last character")
        .isEqualTo("/b");
    assertThat(PathBounds.upper("/" + Character.toString(0x10FFFF).repeat(40))).isEqualTo("0");
    assertThatThrownBy(() -> PathBounds.upper(Character.toString(0x10FFFF).repeat(40)))
        .hasMessageStartingWith("nothing short stands behind");
  }
}
