package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Below which offsets uploads are abandoned, partition by partition. */
class AbandonmentTest {
  private static final Duration RETENTION = Duration.ofMillis(100);

  private final List<Mark> marks = new ArrayList<>();

  private static PartitionOffset at(int incarnation, int partition, long offset) {
    return new PartitionOffset(incarnation, partition, offset);
  }

  private static Root root(PartitionOffset... applied) {
    List<Position> positions = new ArrayList<>();
    for (PartitionOffset each : applied) {
      positions.add(new Position(each.incarnation(), each.partition(), each.offset(), -1, 0));
    }
    Root first = Root.first("store", "test", "0-00000000000000aa-0", "0-a", 1, List.of());
    return new RootBuilder(first)
        .positions(positions)
        .build(9, "8-00000000000000bb-0", "8-00000000000000bb", 2, ArbiterPoint.NONE);
  }

  /** Looks at a time, and remembers it. */
  private List<PartitionOffset> look(long millis, Root root, PartitionOffset... ends) {
    Abandonment now = Abandonment.of(root, marks, List.of(ends), millis, RETENTION);
    now.mark().ifPresent(marks::add);
    return now.floors();
  }

  @Test
  void eachPartitionOfTheNewestIncarnationHasItsOwn() {
    Root root = root(at(1, 0, 5), at(1, 1, 7));
    assertThat(look(0, root, at(1, 0, 5), at(1, 1, 9))).isEmpty();
    assertThat(look(100, root, at(1, 0, 5), at(1, 1, 9))).containsExactly(at(1, 0, 5));
    assertThat(look(200, root, at(1, 0, 5), at(1, 1, 7))).containsExactly(at(1, 0, 5), at(1, 1, 7));
  }

  @Test
  void anEarlierIncarnationIsClosedARetentionAfterTheNextOneWasThere() {
    Root before = root(at(1, 0, 5), at(1, 1, 7));
    assertThat(look(0, before, at(1, 0, 5), at(1, 1, 7))).isEmpty();
    Root root = root(at(1, 0, 5), at(1, 1, 7), at(2, 0, 1));
    assertThat(look(1_000, root, at(2, 0, 1), at(2, 1, 0))).isEmpty();
    assertThat(look(1_099, root, at(2, 0, 1), at(2, 1, 0))).isEmpty();
    assertThat(look(1_100, root, at(2, 0, 1), at(2, 1, 0)))
        .containsExactly(at(2, 0, 1), at(1, 0, 5), at(1, 1, 7));
  }

  /** The next part of an upload may wait in any of them. */
  @Test
  void nothingOfItGoesWhileAnyPartitionOfTheNewestLags() {
    Root root = root(at(1, 0, 5), at(2, 0, 1));
    assertThat(look(0, root, at(2, 0, 1), at(2, 1, 3))).isEmpty();
    assertThat(look(1_000, root, at(2, 0, 1), at(2, 1, 3))).containsExactly(at(2, 0, 1));
    Root later = root(at(1, 0, 5), at(2, 0, 1), at(2, 1, 3));
    // What was in the log at the mark before is applied by now.
    assertThat(look(1_001, later, at(2, 0, 1), at(2, 1, 4)))
        .containsExactly(at(2, 0, 1), at(1, 0, 5));
  }

  @Test
  void nothingGoesWhileKafkaDoesNotHaveTheTopic() {
    Root root = root(at(1, 0, 5), at(2, 0, 1));
    assertThat(look(0, root, at(2, 0, 1))).isEmpty();
    assertThat(look(1_000, root)).isEmpty();
    assertThat(look(2_000, root)).isEmpty();
  }
}
