package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.drive.Placement.Sharing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final List<Candidate> DRIVES =
      List.of(
          new Candidate("a0", "a", 900),
          new Candidate("a1", "a", 100),
          new Candidate("b0", "b", 1000),
          new Candidate("c0", "c", 5));

  @Test
  void mirrorsStandInDifferentEnclosuresAndPreferFreeSpace() {
    Random random = new Random(1);
    Map<String, Integer> count = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      List<String> pair = Placement.pair(DRIVES, 50, random).orElseThrow();
      assertThat(new HashSet<>(pair)).hasSize(2).doesNotContain("c0").contains("b0");
      pair.forEach(drive -> count.merge(drive, 1, Integer::sum));
    }
    assertThat(count.get("a0")).isBetween(8_800, 9_200);
  }

  @Test
  void oneEnclosureIsNeverEnough() {
    assertThat(Placement.pair(DRIVES.subList(0, 2), 1, new Random(1))).isEmpty();
    assertThat(Placement.pair(DRIVES, 901, new Random(1))).isEmpty();
    assertThat(Placement.pair(List.of(), 0, new Random(1))).isEmpty();
  }

  @Test
  void copiesSpreadOverEnclosuresInThePreferredOrder() {
    assertThat(Placement.spread(DRIVES, 0, 3, Sharing.REFUSED)).containsExactly("a0", "b0", "c0");
    assertThat(Placement.spread(DRIVES, 50, 3, Sharing.REFUSED)).containsExactly("a0", "b0");
    assertThat(Placement.spread(DRIVES, 50, 3, Sharing.ALLOWED)).containsExactly("a0", "b0", "a1");
  }

  @Test
  void stripsStandOnDistinctDrivesEvenlyOverEnclosures() {
    List<Candidate> drives = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      drives.add(new Candidate("d" + i, i < 6 ? "a" : i < 9 ? "b" : "c", 1000));
    }
    Random random = new Random(3);
    for (int i = 0; i < 1000; i++) {
      List<String> strips = Placement.strips(drives, 1000, 6, random).orElseThrow();
      assertThat(new HashSet<>(strips)).hasSize(6);
      // The only drive of c, and as many of a as of b, or one more.
      assertThat(strips).contains("d9");
      assertThat(strips.stream().filter(d -> d.charAt(1) < '6').count()).isBetween(2L, 3L);
    }
    assertThat(Placement.strips(drives, 1000, 10, random).orElseThrow()).hasSize(10);
    assertThat(Placement.strips(drives, 1000, 11, random)).isEmpty();
    assertThat(Placement.strips(drives, 1001, 1, random)).isEmpty();
  }

  @Test
  void stripsPreferFreeSpaceAndTakeTurnsAsDataAndParity() {
    List<Candidate> drives =
        List.of(
            new Candidate("small", "a", 100),
            new Candidate("large", "a", 900),
            new Candidate("other", "b", 500));
    Random random = new Random(4);
    Map<String, Integer> first = new HashMap<>();
    Map<String, Integer> all = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      List<String> strips = Placement.strips(drives, 10, 2, random).orElseThrow();
      first.merge(strips.get(0), 1, Integer::sum);
      strips.forEach(drive -> all.merge(drive, 1, Integer::sum));
    }
    assertThat(all.get("other")).isEqualTo(10_000);
    assertThat(all.get("large")).isBetween(8_800, 9_200);
    assertThat(first.get("other")).isBetween(4_700, 5_300);
  }
}
