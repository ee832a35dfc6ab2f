package io.basalt.storage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which events count. */
class ChainsTest {
  private static final String OLD = "5-00000000000000aa-0-0";
  private static final String NEW = "9-00000000000000bb-0-0";

  private final Set<Long> torn = new HashSet<>();
  private final Set<String> unreadable = new HashSet<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, List<IndexBlock>> index = new TreeMap<>();
  private final Chains chains =
      new Chains(this::blocks, event -> !torn.contains(event.version().offset()), notes::add);

  private List<IndexBlock> blocks(String segment) throws IOException {
    if (unreadable.contains(segment)) {
      throw new IOException("is gone");
    }
    return index.get(segment);
  }

  private void add(IndexBlock block) {
    index.computeIfAbsent(block.segment(), any -> new ArrayList<>()).add(block);
    chains.add(block);
  }

  /** What counts, as incarnation, offset and the number of the attempt that wrote it. */
  private List<String> taken() {
    List<String> taken = new ArrayList<>();
    index.forEach(
        (segment, blocks) -> {
          for (IndexBlock block : blocks) {
            for (Event event : block.events()) {
              if (chains.counting(segment).test(event)) {
                assertThat(chains.holders()).contains(segment);
                taken.add(
                    "%d/%d@%s"
                        .formatted(
                            event.version().incarnation(),
                            event.version().offset(),
                            segment.charAt(0)));
              }
            }
          }
        });
    return taken;
  }

  private static IndexBlock block(String segment, int incarnation, long from, long next) {
    List<Event> events =
        LongStream.range(from, next)
            .mapToObj(
                offset ->
                    new Event(
                        "/f",
                        new Version(incarnation, offset),
                        0,
                        offset,
                        Op.PUT,
                        0,
                        Optional.empty(),
                        List.of(new Shard(segment, offset, 1, 0))))
            .toList();
    return new IndexBlock(segment, List.of(new Range(incarnation, 0, from, next, 3)), events);
  }

  private static List<Position> from(int incarnation, long next) {
    return List.of(new Position(incarnation, 0, next, 1, 4));
  }

  @Test
  void followsRangesFromThePositionAndNoFurtherThanAGap() throws IOException {
    add(block(OLD, 1, 8, 10));
    add(block(OLD, 1, 10, 12));
    add(block(OLD, 1, 15, 17));
    add(block(OLD, 1, 12, 13));
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("1/10@5", "1/11@5", "1/12@5");
    assertThat(chains.positions()).containsExactly(new Position(1, 0, 13, 3, 4));
    assertThat(chains.gaps()).containsExactly(new Gap(1, 0, 13, 17, "no index block covers it"));
  }

  @Test
  void asksTheNewestAttemptFirstAndAnotherWhereItsShardsAreLost() throws IOException {
    add(block(OLD, 1, 10, 16));
    add(block(NEW, 1, 10, 13));
    add(block(NEW, 1, 13, 14));
    chains.follow(from(1, 10), true);
    assertThat(taken())
        .containsExactlyInAnyOrder("1/10@9", "1/11@9", "1/12@9", "1/13@9", "1/14@5", "1/15@5");
    assertThat(chains.gaps()).isEmpty();
  }

  @Test
  void endsAtAnEventThatLostAShard() throws IOException {
    torn.add(12L);
    add(block(OLD, 1, 10, 14));
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("1/10@5", "1/11@5");
    assertThat(chains.positions()).containsExactly(new Position(1, 0, 12, -1, 4));
    assertThat(chains.gaps())
        .containsExactly(new Gap(1, 0, 12, 14, "a shard of its event is lost"));
  }

  @Test
  void endsAtASegmentThatCannotBeReadAnyMore() throws IOException {
    String other = OLD.replace("-0-0", "-0-1");
    add(block(OLD, 1, 10, 12));
    add(block(other, 1, 12, 14));
    unreadable.add(other);
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("1/10@5", "1/11@5");
    assertThat(chains.holders()).containsExactly(OLD);
    assertThat(chains.positions()).containsExactly(new Position(1, 0, 12, -1, 4));
    assertThat(chains.gaps())
        .containsExactly(
            new Gap(1, 0, 12, 14, "the index block that covers it cannot be read any more"));
    assertThat(notes).containsOnly("segment " + other + ": is gone");
  }

  @Test
  void anotherAttemptAnswersForASegmentThatCannotBeReadAnyMore() throws IOException {
    add(block(OLD, 1, 10, 13));
    add(block(NEW, 1, 10, 13));
    unreadable.add(NEW);
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("1/10@5", "1/11@5", "1/12@5");
    assertThat(chains.gaps()).isEmpty();
    assertThat(notes).containsExactly("segment " + NEW + ": is gone");
  }

  @Test
  void aLaterTopicCountsOnlyIfTheOneBeforeHasNoGap() throws IOException {
    torn.add(12L);
    add(block(OLD, 1, 10, 14));
    add(block(NEW, 2, 100, 103));
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("1/10@5", "1/11@5");
    assertThat(chains.gaps()).extracting(Gap::incarnation).containsExactly(1, 2);
  }

  @Test
  void aLaterTopicBeginsAtItsLowestOffsetWhereNothingIsLost() throws IOException {
    add(block(NEW, 2, 100, 102));
    chains.follow(from(1, 10), true);
    assertThat(taken()).containsExactlyInAnyOrder("2/100@9", "2/101@9");
    assertThat(chains.positions())
        .containsExactly(new Position(1, 0, 10, 1, 4), new Position(2, 0, 102, 3, 0));
  }

  @Test
  void aLaterTopicDoesNotCountWhereSegmentsOfTheOneBeforeMayBeLost() throws IOException {
    add(block(NEW, 2, 100, 102));
    chains.follow(from(1, 10), false);
    assertThat(taken()).isEmpty();
    assertThat(chains.positions()).containsExactly(new Position(1, 0, 10, 1, 4));
    assertThat(chains.gaps()).hasSize(1);
  }

  @Test
  void withoutACopyAPartitionBeginsAtZeroWhereSegmentsMayBeLost() throws IOException {
    add(block(NEW, 1, 3, 5));
    chains.follow(List.of(), false);
    assertThat(taken()).isEmpty();
    assertThat(chains.positions()).isEmpty();
    assertThat(chains.gaps()).containsExactly(new Gap(1, 0, 0, 5, "no index block covers it"));
  }

  /** A flush stands in one of the segments that its writer has open. */
  @Test
  void theBlocksOfAWriterAreOneChainWhicheverSegmentsHoldThem() throws IOException {
    String other = NEW.replace("-0-0", "-0-1");
    for (long offset = 10; offset < 20; offset++) {
      add(block(offset % 2 == 0 ? NEW : other, 1, offset, offset + 1));
    }
    torn.add(17L);
    chains.follow(from(1, 10), true);
    assertThat(taken()).hasSize(7);
    assertThat(chains.holders()).containsExactlyInAnyOrder(NEW, other);
    assertThat(chains.gaps())
        .containsExactly(new Gap(1, 0, 17, 20, "a shard of its event is lost"));
  }

  @Test
  void ofPartitionsWithoutABlockNobodyKnowsHowFarTheyWere() throws IOException {
    add(block(OLD, 1, 3, 5));
    chains.follow(List.of(), true);
    chains.expectBeginnings(3, "it was freed");
    assertThat(chains.gaps())
        .containsExactly(
            new Gap(1, 0, 0, 3, "it was freed"),
            new Gap(1, 1, 0, Chains.UNKNOWN, "it was freed"),
            new Gap(1, 2, 0, Chains.UNKNOWN, "it was freed"));
  }
}
