package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.drive.Placement.Sharing;
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
}
