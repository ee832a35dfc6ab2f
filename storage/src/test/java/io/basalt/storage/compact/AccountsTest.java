package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Spans of roots, and where the work is cut. */
class AccountsTest {
  private static final LeafLimits LIMITS = new LeafLimits(10, 20, 1_000);

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
    StretchPlanner planner = new StretchPlanner(leaves("/b", "/d", "/f", "/h"), 100, LIMITS);
    planner.add(List.of("/a", "/c", "/c").iterator());
    planner.add(List.of("/h", "/z").iterator());
    assertThat(planner.stretches())
        .containsExactly(
            new Stretch("", Optional.of("/d"), leaves("/b")),
            new Stretch("/h", Optional.empty(), leaves("/h")));
  }

  @Test
  void sparseLeavesGoWithATouchedNeighbour() {
    List<LeafRef> leaves =
        Stream.of(
                leaf("/a", 4),
                leaf("/b", 10),
                leaf("/c", 4),
                leaf("/d", 4),
                leaf("/e", 5),
                leaf("/f", 10),
                leaf("/g", 5))
            .toList();
    StretchPlanner planner = new StretchPlanner(leaves, 100, LIMITS);
    planner.add(List.of("/b", "/f").iterator());
    assertThat(planner.stretches())
        .containsExactly(
            new Stretch("", Optional.of("/d"), leaves.subList(0, 3)),
            new Stretch("/f", Optional.of("/g"), leaves.subList(5, 6)));
  }

  @Test
  void neighboursGoTogetherUpToTheLimitAndNoFurther() {
    StretchPlanner planner = new StretchPlanner(leaves("/b", "/d", "/f", "/h"), 25, LIMITS);
    planner.add(List.of("/b", "/d", "/f", "/h").iterator());
    assertThat(planner.stretches())
        .containsExactly(
            new Stretch("", Optional.of("/f"), leaves("/b", "/d")),
            new Stretch("/f", Optional.empty(), leaves("/f", "/h")));
  }

  @Test
  void manyNewPathsAreCutThoughNoLeafIsThere() {
    StretchPlanner planner = new StretchPlanner(List.of(), 1_000, LIMITS);
    planner.add(IntStream.range(0, 10_000).mapToObj("/%05d"::formatted).iterator());
    List<Stretch> stretches = planner.stretches();
    assertThat(stretches).hasSize(10);
    assertThat(stretches.get(0).first()).isEmpty();
    assertThat(stretches.get(9).end()).isEmpty();
    for (int i = 1; i < stretches.size(); i++) {
      assertThat(stretches.get(i - 1).end()).contains(stretches.get(i).first());
    }
  }

  /** The runs of a billion events must not come to memory for a billion paths, nor a hundredth. */
  @Test
  void aPlanRemembersFewPathsHoweverManyChanged() {
    int files = 40 * StretchPlanner.MOST_SAMPLES;
    int levels = 3;
    int rows = 100_000;
    StretchPlanner planner = new StretchPlanner(leaves("/000000000", "/000500000"), rows, LIMITS);
    for (int level = 0; level < levels; level++) {
      int first = level;
      planner.add(
          IntStream.range(0, files / levels)
              .mapToObj(i -> "/%09d".formatted(i * levels + first))
              .iterator());
      assertThat(planner.samples()).isLessThan(StretchPlanner.MOST_SAMPLES);
    }
    assertThat(planner.samples()).isGreaterThan(StretchPlanner.MOST_SAMPLES / 4);

    List<Stretch> stretches = planner.stretches();
    for (int i = 1; i < stretches.size() - 1; i++) {
      int from = Integer.parseInt(stretches.get(i).first().substring(1));
      int to = Integer.parseInt(stretches.get(i).end().orElseThrow().substring(1));
      assertThat(to - from).as("paths of a stretch").isBetween(rows / 2, rows * 3 / 2);
    }
    assertThat(stretches).hasSizeBetween(files / rows - 1, files / rows + 2);
  }

  @Test
  void moreLeavesThanSamplesAreTouchedAllTheSame() {
    String[] firsts =
        IntStream.range(0, 2 * StretchPlanner.MOST_SAMPLES)
            .mapToObj("/%09d"::formatted)
            .toArray(String[]::new);
    StretchPlanner planner = new StretchPlanner(leaves(firsts), 1, LIMITS);
    planner.add(Arrays.asList(firsts).iterator());
    assertThat(planner.samples()).isLessThan(StretchPlanner.MOST_SAMPLES);
    assertThat(planner.stretches()).hasSameSizeAs(firsts);
  }

  @Test
  void nothingChangedIsNothingToDo() {
    assertThat(new StretchPlanner(leaves("/b"), 10, LIMITS).stretches()).isEmpty();
  }

  private static List<LeafRef> leaves(String... paths) {
    return Arrays.stream(paths).map(path -> leaf(path, 10)).toList();
  }

  private static LeafRef leaf(String path, long files) {
    return new LeafRef(
        path, path, files, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
