package io.basalt.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.kafka.StartPlan.PartitionLog;
import io.basalt.kafka.StartPlan.Start;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StartPlanTest {
  private static final TopicState TOPIC = new TopicState("w", "id-1", 2, Map.of());
  private static final Incarnation FIRST = new Incarnation(1, "w", "id-1", 2);

  @Test
  void startsANewStoreWhereTheLogsBegin() {
    StartPlan plan = plan(root(List.of()), TOPIC, 0, Acceptance.NONE, log(0, 0), log(7, 9));
    assertThat(plan.incarnation()).isEqualTo(FIRST);
    assertThat(plan.starts()).isEqualTo(Map.of(0, new Start(0, 0), 1, new Start(7, 7)));
  }

  @Test
  void goesOnFromThePositions() {
    StartPlan plan =
        plan(root(List.of(FIRST), at(1, 0, 5)), TOPIC, 0, Acceptance.NONE, log(0, 9), log(0, 4));
    assertThat(plan.incarnation()).isEqualTo(FIRST);
    assertThat(plan.starts()).isEqualTo(Map.of(0, new Start(5, 5), 1, new Start(0, 0)));
  }

  @Test
  void refusesOffsetsThatAreGoneAndSkipsThemWhenLossIsAccepted() {
    Root head = root(List.of(FIRST), at(1, 0, 5));
    assertThatThrownBy(() -> plan(head, TOPIC, 0, Acceptance.NONE, log(8, 9), log(0, 0)))
        .isInstanceOf(TopicException.class)
        .hasMessage(
            "Kafka no longer holds offsets 5 to 7 of partition 0 of topic w, which are not applied:"
                + " restore them, or go on without them by --accept-loss");
    assertThat(plan(head, TOPIC, 0, Acceptance.of(head), log(8, 9), log(0, 0)).starts().get(0))
        .isEqualTo(new Start(5, 8));
  }

  @Test
  void refusesALogThatWasCutAndCountsAnewWhenLossIsAccepted() {
    Root head = root(List.of(FIRST), at(1, 0, 5), at(1, 1, 3));
    assertThatThrownBy(() -> plan(head, TOPIC, 0, Acceptance.NONE, cut(4, 4), log(0, 3)))
        .isInstanceOf(TopicException.class)
        .hasMessageContaining("partition 0 of topic w ends at offset 4")
        .hasMessageContaining("its log was cut");
    assertThatThrownBy(() -> plan(head, TOPIC, 0, Acceptance.NONE, cut(2, 50), log(0, 3)))
        .hasMessageContaining("its log was cut");
    StartPlan plan = plan(head, TOPIC, 0, Acceptance.of(head), cut(2, 9), log(0, 3));
    assertThat(plan.incarnation()).isEqualTo(new Incarnation(2, "w", "id-1", 2));
    assertThat(plan.starts()).isEqualTo(Map.of(0, new Start(2, 2), 1, new Start(3, 3)));
  }

  @Test
  void aTaskThatComesLaterFindsTheSamePlanAfterTheFirstCommit() {
    Incarnation second = new Incarnation(2, "w", "id-1", 2);
    Root head = root(List.of(FIRST, second), at(1, 0, 5), at(1, 1, 3), at(2, 0, 6));
    StartPlan plan = plan(head, TOPIC, 0, Acceptance.of(head), log(0, 6), log(0, 3));
    assertThat(plan.incarnation()).isEqualTo(second);
    assertThat(plan.starts()).isEqualTo(Map.of(0, new Start(6, 6), 1, new Start(3, 3)));
  }

  @Test
  void refusesOtherPartitionsAndGoesOnWhenLossIsAccepted() {
    Root head = root(List.of(FIRST), at(1, 0, 5));
    TopicState wider = new TopicState("w", "id-1", 3, Map.of());
    assertThatThrownBy(() -> plan(head, wider, 0, Acceptance.NONE, log(0, 9), log(0, 0), log(0, 0)))
        .isInstanceOf(TopicException.class)
        .hasMessageStartingWith("topic w has 3 partitions and had 2 when the store began with it");
    assertThat(
            plan(head, wider, 0, Acceptance.of(head), log(0, 9), log(0, 0), log(0, 0))
                .incarnation())
        .isEqualTo(new Incarnation(2, "w", "id-1", 3));
  }

  @Test
  void beginsTheNextIncarnationOnceTheOldTopicIsApplied() {
    Root head = root(List.of(FIRST), at(1, 0, 5));
    TopicState other = new TopicState("w2", "id-2", 3, Map.of());
    assertThatThrownBy(
            () -> plan(head, other, 12, Acceptance.NONE, log(0, 1), log(0, 0), log(0, 0)))
        .isInstanceOf(TopicException.class)
        .hasMessage(
            "topic w still has 12 records that are not applied: ingest it to its end first, or go"
                + " on with topic w2 (id id-2) by --accept-loss");
    StartPlan plan = plan(head, other, 0, Acceptance.NONE, log(0, 1), log(0, 0), log(0, 0));
    assertThat(plan.incarnation()).isEqualTo(new Incarnation(2, "w2", "id-2", 3));
    assertThat(plan.starts().get(0)).isEqualTo(new Start(0, 0));
  }

  @Test
  void refusesATopicMadeAnewWhoseOldOneIsGone() {
    Root head = root(List.of(FIRST), at(1, 0, 5));
    TopicState anew = new TopicState("w", "id-2", 2, Map.of());
    assertThatThrownBy(
            () ->
                StartPlan.of(
                    head, anew, logs(log(0, 0), log(0, 0)), OptionalLong.empty(), Acceptance.NONE))
        .isInstanceOf(TopicException.class)
        .hasMessageStartingWith("topic w with the id id-1 is gone");
    assertThat(
            StartPlan.of(
                    head,
                    anew,
                    logs(log(0, 0), log(0, 0)),
                    OptionalLong.empty(),
                    Acceptance.of(head))
                .incarnation())
        .isEqualTo(new Incarnation(2, "w", "id-2", 2));
  }

  @Test
  void whatWasAcceptedHoldsUntilTheStoreHasMovedOnAndForNothingElse() {
    Root head = root(List.of(FIRST), at(1, 0, 5), at(1, 1, 3));
    Acceptance accepted = Acceptance.of(head);
    Root sameGap = root(List.of(FIRST), at(1, 0, 5), at(1, 1, 9));
    assertThat(plan(sameGap, TOPIC, 0, accepted, log(8, 9), log(0, 9)).starts().get(0))
        .isEqualTo(new Start(5, 8));
    assertThatThrownBy(() -> plan(sameGap, TOPIC, 0, accepted, log(0, 9), log(11, 12)))
        .isInstanceOf(TopicException.class)
        .hasMessageStartingWith("Kafka no longer holds offsets 9 to 10 of partition 1");

    Incarnation second = new Incarnation(2, "w", "id-1", 2);
    Root after = root(List.of(FIRST, second), at(1, 0, 5), at(1, 1, 3), at(2, 0, 6), at(2, 1, 3));
    assertThatThrownBy(() -> plan(after, TOPIC, 0, accepted, cut(4, 4), log(0, 3)))
        .isInstanceOf(TopicException.class)
        .hasMessageContaining("its log was cut");
    TopicState anew = new TopicState("w", "id-2", 2, Map.of());
    assertThatThrownBy(() -> plan(after, anew, 1, accepted, log(0, 0), log(0, 0)))
        .isInstanceOf(TopicException.class)
        .hasMessageStartingWith("topic w still has 1 records that are not applied");
  }

  @Test
  void nothingIsAcceptedBeforeTheFirstTopic() {
    assertThat(Acceptance.of(root(List.of()))).isEqualTo(Acceptance.NONE);
  }

  private static StartPlan plan(
      Root head, TopicState topic, long unapplied, Acceptance accepted, PartitionLog... logs) {
    return StartPlan.of(head, topic, logs(logs), OptionalLong.of(unapplied), accepted);
  }

  private static Map<Integer, PartitionLog> logs(PartitionLog... logs) {
    Map<Integer, PartitionLog> map = new HashMap<>();
    for (PartitionLog log : logs) {
      map.put(map.size(), log);
    }
    return map;
  }

  private static PartitionLog log(long start, long end) {
    return new PartitionLog(start, end, OptionalLong.empty());
  }

  private static PartitionLog cut(long at, long end) {
    return new PartitionLog(0, end, OptionalLong.of(at));
  }

  private static Position at(int incarnation, int partition, long next) {
    return new Position(incarnation, partition, next, 0, 0);
  }

  private static Root root(List<Incarnation> incarnations, Position... positions) {
    return new RootBuilder(Root.first("store", "demo", "0-a-0", "0-a", 0, List.of()))
        .incarnations(incarnations)
        .positions(List.of(positions))
        .build(3, "2-a-0", "2-a", 0, ArbiterPoint.NONE);
  }
}
