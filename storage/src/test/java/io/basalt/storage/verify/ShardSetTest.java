package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.tree.Shard;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardSetTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1000, 5000})
  void holdsEachShardOnce(int count) {
    Random random = new Random(count);
    ShardSet shards = new ShardSet("s");
    Set<Shard> model = new HashSet<>();
    for (int i = 0; i < count; i++) {
      // Few values, so that many shards are equal in all, two or one of them.
      Shard shard =
          new Shard("s", random.nextInt(40) - 1, random.nextInt(5), random.nextInt(9) - 4);
      shards.add(shard);
      model.add(shard);
      assertThat(shards.size()).isEqualTo(model.size());
    }
    assertThat(shards.toList()).hasSize(model.size()).containsAll(model);
    assertThat(shards.toList()).extracting(Shard::position).isSorted();
  }

  @Test
  void refusesAShardOfAnotherSegment() {
    assertThatThrownBy(() -> new ShardSet("s").add(new Shard("t", 0, 1, 2)))
        .hasMessageEndingWith("is none of segment s");
  }
}
