package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardWindowTest {
  private static final int SEGMENTS = 30;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 10, 100, 10_000})
  void windowsHoldEachShardOnceAndNoMoreThanFit(int most) {
    Random random = new Random(most);
    List<Shard> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      // A position may come again, so that some shards are equal.
      all.add(new Shard("s-" + random.nextInt(SEGMENTS), random.nextInt(40), 1, 0));
    }
    List<Shard> found = new ArrayList<>();
    String from = "";
    for (boolean more = true; more; ) {
      ShardWindow window = new ShardWindow(from, most);
      all.forEach(window::add);
      window.segments().forEach(segment -> found.addAll(segment.toList()));
      // Those of one segment are held even if they are more, and one that made them too many.
      assertThat(window.peak()).isLessThanOrEqualTo(Math.max(most, 40) + 1);
      more = window.end().isPresent();
      from = window.end().orElse(from);
    }
    assertThat(found)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(all.stream().distinct().toList());
  }
}
