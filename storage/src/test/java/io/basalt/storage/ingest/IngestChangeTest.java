package io.basalt.storage.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IngestChangeTest {
  private static final Attempt OLD = new Attempt(1, "000000000000000a");
  private static final Attempt NEW = new Attempt(2, "000000000000000b");
  private static final Incarnation TOPIC = new Incarnation(1, "basalt.writes", "id", 4);

  private static final Root FIRST = Root.first("s", "test", "b", "0-0", 1, List.of());

  private static Root apply(Root base, IngestChange change) throws CommitConflictException {
    RootBuilder next = new RootBuilder(base);
    change.apply(next);
    return next.build(base.number() + 1, "b" + base.number(), "a", 1, ArbiterPoint.NONE);
  }

  private static Flushed flush(Attempt attempt, long from, long to, long dataEnd) {
    return new Flushed(
        attempt.toString(),
        0,
        List.of(new Range(1, 2, from, to, 5)),
        List.of(
            new Tail(
                new SegmentLocation(attempt + "-0-0", List.of("a", "b"), 100, dataEnd, 90),
                attempt.toString(),
                false)));
  }

  private static IngestChange change(Attempt attempt, Flushed... flushed) {
    return new IngestChange(
        attempt, List.of(flushed), Set.of(attempt.toString()), Optional.of(TOPIC), 7, "rejects");
  }

  @Test
  void movesPositionsAndTailsTogether() throws Exception {
    Root root = apply(FIRST, change(OLD, flush(OLD, 10, 20, 30), flush(OLD, 20, 25, 40)));
    assertThat(root.positions()).containsExactly(new Position(1, 2, 25, 5, 7));
    assertThat(root.tails()).hasSize(1);
    assertThat(root.tails().get(0).location().dataEnd()).isEqualTo(40);
    assertThat(root.attempts()).containsExactly(new LiveAttempt(OLD.toString(), "ingest"));
    assertThat(root.incarnations()).containsExactly(TOPIC);
    assertThat(root.rejectsTopicId()).isEqualTo("rejects");
  }

  @Test
  void anEmptyRangeBeginsAPartitionAndChangesNoneThatHasBegun() throws Exception {
    Flushed beginning =
        new Flushed(OLD.toString(), 0, List.of(new Range(1, 2, 20, 20, -1)), List.of());
    Root begun = apply(FIRST, change(OLD, beginning));
    assertThat(begun.positions()).containsExactly(new Position(1, 2, 20, -1, 7));
    Root moved = apply(begun, change(OLD, flush(OLD, 20, 25, 30)));
    assertThatThrownBy(() -> apply(moved, change(OLD, beginning)))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("applied up to 25, not 20");
    Flushed again = new Flushed(OLD.toString(), 0, List.of(new Range(1, 2, 25, 25, -1)), List.of());
    assertThat(apply(moved, change(OLD, again)).positions())
        .containsExactly(new Position(1, 2, 25, 5, 7));
  }

  @Test
  void refusesARangeThatDoesNotBeginAtThePosition() throws Exception {
    Root root = apply(FIRST, change(OLD, flush(OLD, 10, 20, 30)));
    for (long from : List.of(10L, 19L, 21L)) {
      assertThatThrownBy(() -> apply(root, change(OLD, flush(OLD, from, 40, 40))))
          .isInstanceOf(CommitConflictException.class)
          .hasMessageContaining("applied up to 20, not " + from);
    }
  }

  @Test
  void firstCommitEndsAndSealsTheOnesBefore() throws Exception {
    Root root = apply(FIRST, change(OLD, flush(OLD, 10, 20, 30)));
    Root taken = apply(root, change(NEW, flush(NEW, 20, 30, 10)));
    assertThat(taken.attempts()).containsExactly(new LiveAttempt(NEW.toString(), "ingest"));
    assertThat(taken.tails()).extracting(Tail::sealed).containsExactly(true, false);
    assertThat(taken.tails().get(0).location().dataEnd()).isEqualTo(30);
    assertThatThrownBy(() -> apply(taken, change(OLD, flush(OLD, 30, 40, 40))))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was ended by " + NEW);
  }

  @Test
  void refusesATailThatShrinksOrWasSealed() throws Exception {
    Root root = apply(FIRST, change(OLD, flush(OLD, 10, 20, 30)));
    assertThatThrownBy(() -> apply(root, change(OLD, flush(OLD, 20, 21, 29))))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("committed beyond this flush");
  }

  @Test
  void refusesRangesOfAnOlderTopic() throws Exception {
    Root root = apply(FIRST, change(OLD, flush(OLD, 10, 20, 30)));
    RootBuilder next = new RootBuilder(root);
    next.incarnations(List.of(TOPIC, new Incarnation(2, "basalt.writes", "id2", 8)));
    Root two = next.build(3, "b3", "a", 1, ArbiterPoint.NONE);
    assertThatThrownBy(() -> apply(two, change(OLD, flush(OLD, 20, 21, 31))))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("not of the newest write topic");
  }
}
