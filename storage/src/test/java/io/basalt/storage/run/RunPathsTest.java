package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.Version;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The paths of a run are never denied, and few others are taken for one. */
class RunPathsTest {
  @Test
  void holdsItsPathsAndFewOthers() {
    List<String> paths =
        Stream.concat(
                Stream.of("/ü/𝄞", "/a", "/" + "x".repeat(4095)),
                IntStream.range(0, 10_000).mapToObj(i -> "/data/directory-%05d/f".formatted(i)))
            .sorted(PathOrder.INSTANCE)
            .toList();
    RunPaths run =
        RunPaths.of(
            paths.stream().map(path -> new EventKey(path, new Version(1, 0), 0)).iterator(),
            paths.size());

    assertThat(paths).allMatch(run::mayHold);
    assertThat(List.of("/ü/", "/data/", "/data/directory-00000/", "/data/directory-09999/"))
        .allMatch(run::mayHold);
    assertThat(List.of("/a/", "/data/d", "/dat", "/data/directory-00000", "/data/directory-10000/"))
        .noneMatch(run::mayHold);
    long taken =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "/data/directory-%05d/g".formatted(i))
            .filter(run::mayHold)
            .count();
    assertThat(taken).isLessThan(1_000);
  }

  @Test
  void anEmptyRunHoldsNothing() {
    assertThat(RunPaths.of(List.<EventKey>of().iterator(), 0).mayHold("/a")).isFalse();
  }
}
