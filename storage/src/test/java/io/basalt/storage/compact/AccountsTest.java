package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.leaf.LeafRef;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Spans of roots, and where the work is cut. */
class AccountsTest {
  @Test
  void aSpanHoldsTheRootsBetweenItsEnds() {
    assertThat(new Span(5, 9).holds(5)).isFalse();
    assertThat(new Span(5, 9).holds(6)).isTrue();
    assertThat(new Span(5, 9).holds(8)).isTrue();
    assertThat(new Span(5, 9).holds(9)).isFalse();
    assertThat(new Span(5, 0).holds(1_000)).isTrue();
  }

  @Test
  void onlyLeavesThatOwnAChangedPathAreTouched() {
    StretchPlanner planner = new StretchPlanner(leaves("/b", "/d", "/f", "/h"), 100);
    planner.add(List.of("/a", "/c", "/c").iterator());
    planner.add(List.of("/h", "/z").iterator());
    assertThat(planner.stretches())
        .containsExactly(
            new Stretch("", Optional.of("/d"), leaves("/b")),
            new Stretch("/h", Optional.empty(), leaves("/h")));
  }

  @Test
  void neighboursGoTogetherUpToTheLimitAndNoFurther() {
    StretchPlanner planner = new StretchPlanner(leaves("/b", "/d", "/f", "/h"), 25);
    planner.add(List.of("/b", "/d", "/f", "/h").iterator());
    assertThat(planner.stretches())
        .containsExactly(
            new Stretch("", Optional.of("/f"), leaves("/b", "/d")),
            new Stretch("/f", Optional.empty(), leaves("/f", "/h")));
  }

  @Test
  void manyNewPathsAreCutThoughNoLeafIsThere() {
    StretchPlanner planner = new StretchPlanner(List.of(), 1_000);
    planner.add(IntStream.range(0, 10_000).mapToObj("/%05d"::formatted).iterator());
    List<Stretch> stretches = planner.stretches();
    assertThat(stretches).hasSize(10);
    assertThat(stretches.get(0).first()).isEmpty();
    assertThat(stretches.get(9).end()).isEmpty();
    for (int i = 1; i < stretches.size(); i++) {
      assertThat(stretches.get(i - 1).end()).contains(stretches.get(i).first());
    }
  }

  @Test
  void nothingChangedIsNothingToDo() {
    assertThat(new StretchPlanner(leaves("/b"), 10).stretches()).isEmpty();
  }

  private static List<LeafRef> leaves(String... paths) {
    return Arrays.stream(paths)
        .map(
            path ->
                new LeafRef(
                    path, path, 10, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty()))
        .toList();
  }
}
