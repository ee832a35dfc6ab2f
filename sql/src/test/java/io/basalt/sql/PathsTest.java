package io.basalt.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.leaf.LeafRef;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ranges of paths: what they hold, how leaves cut them, and that they survive as bytes. */
class PathsTest {
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  @Test
  void aPrefixEndsBeforeTheNextText() {
    assertThat(Paths.startingWith("/a")).isEqualTo(new Paths("/a", "/b"));
    assertThat(Paths.startingWith("/\uD7FF")).isEqualTo(new Paths("/\uD7FF", "/\uE000"));
    assertThat(Paths.startingWith("/\uFFFF")).isEqualTo(new Paths("/\uFFFF", "/\uD800\uDC00"));
    assertThat(Paths.startingWith("/a" + LAST)).isEqualTo(new Paths("/a" + LAST, "/b"));
    assertThat(Paths.startingWith("")).isEqualTo(Paths.ALL);
  }

  @Test
  void twoConditionsLeaveWhatBothAllow() {
    Paths both = Paths.from("/b").and(Paths.before("/d"));
    assertThat(both).isEqualTo(new Paths("/b", "/d"));
    assertThat(both.and(Paths.exactly("/c")).range().contains("/c")).isTrue();
    assertThat(both.and(Paths.exactly("/c")).range().contains("/c0")).isFalse();
    assertThat(both.and(Paths.from("/d")).isEmpty()).isTrue();
    assertThat(both.and(Paths.ALL)).isEqualTo(both);
  }

  @Test
  void leavesCutARangeIntoPiecesWithoutGaps() {
    assertThat(cut(Paths.ALL, 2, "/a", "/c", "/e", "/g"))
        .containsExactly(new Paths("", "/e"), new Paths("/e", null));
    assertThat(cut(new Paths("/b", "/f"), 8, "/a", "/c", "/e", "/g"))
        .containsExactly(new Paths("/b", "/c"), new Paths("/c", "/e"), new Paths("/e", "/f"));
    assertThat(cut(Paths.ALL, 8)).containsExactly(Paths.ALL);
    assertThat(cut(new Paths("/b", "/a"), 8, "/a")).isEmpty();
  }

  private static List<Paths> cut(Paths paths, int pieces, String... firsts) {
    return LeafRanges.of(
        paths,
        Stream.of(firsts)
            .map(
                first ->
                    new LeafRef(
                        first,
                        first,
                        1,
                        0,
                        0,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
            .iterator(),
        pieces);
  }

  @Test
  void whatIsLeftOfAScanSurvivesARestore() throws IOException {
    ScanState state =
        new ScanState(
            7,
            List.of(
                new PathSplit(7, new Paths("", "/\uD834\uDD1E"), 3),
                new PathSplit(7, new Paths("/\uD834\uDD1E", null), 0)));
    ScanStateSerializer serializer = new ScanStateSerializer();
    assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(state)))
        .isEqualTo(state);
    PathSplitSerializer splits = new PathSplitSerializer();
    for (PathSplit split : state.left()) {
      assertThat(splits.deserialize(splits.getVersion(), splits.serialize(split))).isEqualTo(split);
    }
  }
}
