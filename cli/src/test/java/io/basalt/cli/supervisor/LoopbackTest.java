package io.basalt.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopbackTest {
  @Test
  void aPortThatIsSpokenForIsNotFreeThoughNothingListensThereYet() {
    int first = Loopback.freePort(Set.of(), new Random(7));
    assertThat(Loopback.freePort(Set.of(first), new Random(7))).isNotEqualTo(first);
  }
}
