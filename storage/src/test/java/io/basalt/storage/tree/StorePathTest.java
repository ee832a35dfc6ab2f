package io.basalt.storage.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorePathTest {
  @ParameterizedTest
  @ValueSource(strings = {"/a", "/a/b", "/...", "/.a", "/a..", "/ ", "/ä/𝄞", "/a b/c", "/\n"})
  void acceptsPaths(String path) {
    assertThat(StorePath.check(path)).isEqualTo(path);
    assertThat(StorePath.check(path.getBytes(UTF_8))).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "'',path is empty",
    "a/b,path does not start with /",
    "/,path has an empty part",
    "/a/,path has an empty part",
    "/a//b,path has an empty part",
    "/./a,path has a part .",
    "/a/..,path has a part .."
  })
  void saysWhatIsWrong(String path, String why) {
    assertThatThrownBy(() -> StorePath.check(path)).hasMessage(why);
    assertThatThrownBy(() -> StorePath.check(path.getBytes(UTF_8))).hasMessage(why);
  }

  @Test
  void refusesNulBadUtf8AndUnpairedSurrogates() {
    assertThatThrownBy(() -> StorePath.check("/a\0b")).hasMessage("path contains NUL");
    assertThatThrownBy(() -> StorePath.check(new byte[] {'/', (byte) 0xff}))
        .hasMessage("path is not UTF-8");
    assertThatThrownBy(() -> StorePath.check("/\ud800"))
        .hasMessage("path cannot be written as UTF-8");
  }

  @Test
  void countsBytes() {
    assertThat(StorePath.check("/" + "a".repeat(4095))).hasSize(4096);
    assertThatThrownBy(() -> StorePath.check("/" + "ä".repeat(2048)))
        .hasMessage("path has 4097 bytes; at most 4096 are allowed");
  }

  @Test
  void namesTheDirectoryOfAPrefix() {
    assertThat(StorePath.directory("/")).isEqualTo("/");
    assertThat(StorePath.directory("/a/b")).isEqualTo("/a/b/");
    assertThat(StorePath.directory("/a/b/")).isEqualTo("/a/b/");
    assertThatThrownBy(() -> StorePath.directory("a")).hasMessage("path does not start with /");
  }

  @Property(tries = 2000)
  void ordersAsUnsignedUtf8(
      @ForAll @StringLength(max = 4) String left, @ForAll @StringLength(max = 4) String right) {
    String a = wellFormed(left);
    String b = wellFormed(right);
    assertThat(Integer.signum(PathOrder.INSTANCE.compare(a, b)))
        .isEqualTo(Integer.signum(Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
  }

  @Test
  void ordersSupplementaryCharactersLast() {
    assertThat(PathOrder.INSTANCE.compare("/\uffee", "/𝄞")).isNegative();
    assertThat("/\uffee".compareTo("/𝄞")).isPositive();
  }

  /** Characters at every length in UTF-8, and at the ends of what surrogates stand for. */
  @Test
  void ordersAllPairsOfEdgesAsUnsignedUtf8() {
    List<String> paths = new ArrayList<>();
    for (int edge :
        new int[] {
          '/', 'a', 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd3ff, 0xd400, 0xd7ff, 0xe000, 0xe400,
          0xf7ff, 0xffff, 0x10000, 0x103ff, 0x10400, 0x1ffff, 0x20000, 0x10fbff, 0x10fc00, 0x10ffff
        }) {
      String character = Character.toString(edge);
      for (String before : List.of("/", "/a", "/\uffee", "/𝄞")) {
        paths.add(before + character);
        paths.add(before + character + "z");
      }
    }
    for (String a : paths) {
      for (String b : paths) {
        assertThat(Integer.signum(PathOrder.INSTANCE.compare(a, b)))
            .as("%s and %s", a, b)
            .isEqualTo(
                Integer.signum(Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
      }
    }
  }

  private static String wellFormed(String any) {
    return new String(any.getBytes(UTF_8), UTF_8);
  }
}
