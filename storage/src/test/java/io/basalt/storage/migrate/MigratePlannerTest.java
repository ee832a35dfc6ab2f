package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.StoreConfig.Watermark;
import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.drive.Space;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.MigrateView.Mirror;
import io.basalt.storage.migrate.MigrateView.ScmDrive;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigratePlannerTest {
  private static final long SEGMENT = 1 << 20;
  private static final long SCM = 100 * SEGMENT;
  private static final long CAPACITY = 1L << 40;

  private final List<SegmentLocation> sealed = new ArrayList<>();
  private final List<Tail> tails = new ArrayList<>();
  private final Map<Mirror, Long> mirrors = new HashMap<>();
  private long otherBytes;

  /** A full segment on both drives, last used at a time. */
  private SegmentLocation segment(long used) {
    SegmentLocation segment =
        new SegmentLocation(
            "1-00000000000000aa-0-" + (sealed.size() + tails.size()),
            List.of("scm-0", "scm-1"),
            SEGMENT,
            SEGMENT - 200,
            SEGMENT - 100);
    segment.mirrors().forEach(drive -> mirrors.put(new Mirror(drive, segment.fileName()), used));
    return segment;
  }

  private void segments(int count) {
    for (int i = 0; i < count; i++) {
      // The youngest first: the order of the map says nothing.
      sealed.add(segment(1000 - i));
    }
  }

  private MigrateView view(int drives, int answering, long freeBytes) {
    long used = otherBytes + (sealed.size() + tails.size()) * SEGMENT;
    List<ScmDrive> scm =
        List.of(
            new ScmDrive("scm-0", "a", new Space(SCM, used, SCM / 20)),
            new ScmDrive("scm-1", "b", new Space(SCM, used, SCM / 20)));
    List<Candidate> capacity =
        IntStream.range(0, answering)
            .mapToObj(i -> new Candidate("c-" + i, "e-" + i / 2, freeBytes))
            .toList();
    return new MigrateView(scm, capacity, drives, sealed, tails, mirrors);
  }

  private static MigratePlanner planner(String erasure, double high, double low) {
    String[] parts = erasure.split("\\+");
    Erasure code =
        erasure.equals("auto")
            ? new Erasure(OptionalInt.empty(), OptionalInt.empty())
            : new Erasure(
                OptionalInt.of(Integer.parseInt(parts[0])),
                OptionalInt.of(Integer.parseInt(parts[1])));
    return new MigratePlanner(code, new Watermark(high, low), SEGMENT, new Random(1));
  }

  private static List<PlannedSegment> moved(MigratePlan plan) {
    return plan.stripes().stream().flatMap(stripe -> stripe.segments().stream()).toList();
  }

  @Test
  void startsAtHighAndEndsBelowLow() {
    segments(79);
    assertThat(planner("4+2", 0.80, 0.60).plan(view(6, 6, CAPACITY))).isEqualTo(MigratePlan.NONE);
    segments(1);
    MigratePlan plan = planner("4+2", 0.80, 0.60).plan(view(6, 6, CAPACITY));
    // 21 bring 80 of 100 below 60; 24 make six stripes of four whole.
    assertThat(moved(plan)).hasSize(24);
    assertThat(plan.stripes()).hasSize(6);
    assertThat(plan.blocked()).isEmpty();
  }

  @Test
  void theColdestMoveFirst() {
    segments(80);
    MigratePlan plan = planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY));
    assertThat(moved(plan))
        .extracting(planned -> mirrors.get(new Mirror("scm-0", planned.segment().fileName())))
        .containsExactly(921L, 922L, 923L, 924L);
    assertThat(moved(plan))
        .extracting(PlannedSegment::why)
        .containsExactly(Why.COLD, Why.FILLS_STRIPE, Why.FILLS_STRIPE, Why.FILLS_STRIPE);
  }

  @Test
  void aSegmentThatLostAMirrorMovesFirstAtAnyFill() {
    segments(5);
    SegmentLocation young = sealed.get(0);
    mirrors.remove(new Mirror("scm-1", young.fileName()));
    MigratePlan plan = planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY));
    assertThat(moved(plan).get(0).segment()).isEqualTo(young);
    assertThat(moved(plan).get(0).why()).isEqualTo(Why.LOST_MIRROR);
    assertThat(moved(plan)).hasSize(4);
  }

  @Test
  void segmentsStandOneAfterAnotherInTheirStripe() {
    segments(90);
    MigratePlan plan = planner("4+2", 0.80, 0.70).plan(view(6, 6, CAPACITY));
    for (PlannedStripe stripe : plan.stripes()) {
      long end = 0;
      for (PlannedSegment planned : stripe.segments()) {
        assertThat(planned.offset()).isEqualTo(end);
        end += planned.segment().packedBytes();
      }
      assertThat(end)
          .isEqualTo(stripe.dataBytes())
          .isLessThanOrEqualTo(stripe.shape().dataStrips() * stripe.shape().stripBytes());
      assertThat(stripe.shape().drives()).doesNotHaveDuplicates().hasSize(6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "auto, 3, 3, 1, 2",
    "auto, 6, 6, 4, 2",
    "auto, 12, 12, 10, 2",
    "auto, 13, 13, 9, 4",
    "auto, 150, 150, 146, 4",
    "auto, 200, 200, 146, 4",
    "auto, 150, 100, 96, 4",
    "auto, 13, 5, 1, 4",
    "8+2, 10, 10, 8, 2",
    "8+2, 12, 12, 8, 2",
    "8+2, 10, 7, 5, 2",
    "8+2, 10, 3, 1, 2"
  })
  void asWideAsTheDrivesAllow(String erasure, int drives, int answering, int data, int parity) {
    segments(95);
    MigratePlan plan = planner(erasure, 0.80, 0.20).plan(view(drives, answering, CAPACITY));
    assertThat(plan.stripes())
        .isNotEmpty()
        .allMatch(stripe -> stripe.shape().dataStrips() == data)
        .allMatch(stripe -> stripe.shape().parityStrips() == parity);
    if (answering < drives) {
      assertThat(plan.notes()).singleElement().asString().startsWith("stripes of " + data + "+");
    } else {
      assertThat(plan.notes()).isEmpty();
    }
  }

  @Test
  void neverFewerThanTheParityAskedFor() {
    segments(95);
    MigratePlan plan = planner("8+2", 0.80, 0.80).plan(view(10, 2, CAPACITY));
    assertThat(plan.hasWork()).isFalse();
    assertThat(plan.blocked())
        .contains(
            "2 of 10 capacity drives answer and a stripe of 8+2 needs at least 3:"
                + " bring drives back or add some");
  }

  @Test
  void whatDoesNotFitIsLeftAndSaid() {
    segments(95);
    // Room for four strips of a MiB and their checksums on each drive.
    MigratePlan plan = planner("4+2", 0.80, 0.10).plan(view(6, 6, 9 * SEGMENT / 2));
    assertThat(plan.stripes()).hasSize(4);
    assertThat(plan.blocked().orElseThrow())
        .startsWith("capacity full: fewer than 3 of 6 capacity drives have room for a strip");
  }

  @Test
  void aStripeThatWouldStaySmallWaitsUnlessIngestDoes() {
    segments(2);
    otherBytes = 88 * SEGMENT;
    MigratePlan patient = planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY));
    assertThat(patient.hasWork()).isFalse();
    assertThat(patient.blocked())
        .contains(
            "SCM stays full (scm-0 90 %, scm-1 90 %): what is sealed does not fill a stripe yet");

    otherBytes = 93 * SEGMENT;
    MigratePlan urgent = planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY));
    assertThat(moved(urgent)).hasSize(2);
  }

  @Test
  void sealedTailsBecomeARunWhenTheyAreNeeded() {
    for (int i = 0; i < 4; i++) {
      tails.add(new Tail(segment(i), "1-00000000000000aa", true));
    }
    assertThat(planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY)).runWanted()).isFalse();
    otherBytes = 78 * SEGMENT;
    assertThat(planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY)).runWanted()).isTrue();
    tails.remove(0);
    assertThat(planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY)).runWanted())
        .as("three fill no stripe")
        .isFalse();
    mirrors.remove(new Mirror("scm-1", tails.get(0).location().fileName()));
    otherBytes = 0;
    assertThat(planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY)).runWanted()).isTrue();
  }

  @Test
  void whatIsOpenIsNamed() {
    tails.add(new Tail(segment(1), "1-00000000000000aa", false));
    otherBytes = 85 * SEGMENT;
    assertThat(planner("4+2", 0.80, 0.80).plan(view(6, 6, CAPACITY)).blocked())
        .contains(
            "SCM stays full (scm-0 86 %, scm-1 86 %):"
                + " all that is left is in open segments or metadata");
  }
}
