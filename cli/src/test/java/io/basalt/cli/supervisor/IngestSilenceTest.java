package io.basalt.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Silence by a Kafka that answers as slowly as a test says. */
class IngestSilenceTest {
  private Duration time = Duration.ZERO;
  private Duration answer = Duration.ZERO;
  private long end = 7;
  private final IngestSilence silence =
      new IngestSilence(
          () -> {
            time = time.plus(answer);
            return end;
          },
          () -> time.toNanos());

  private void pass(int seconds) {
    time = time.plusSeconds(seconds);
  }

  @Test
  void lastsUntilSomethingIsAcknowledged() throws Exception {
    assertThat(silence.look()).isZero();
    pass(9);
    assertThat(silence.look()).hasSeconds(9);
    end++;
    pass(1);
    assertThat(silence.look()).isZero();
    pass(2);
    assertThat(silence.look()).hasSeconds(2);
  }

  @Test
  void aSlowAnswerIsNoSilence() throws Exception {
    answer = Duration.ofSeconds(40);
    assertThat(silence.look()).isZero();
    pass(2);
    assertThat(silence.look()).hasSeconds(2);
    end++;
    assertThat(silence.look()).isZero();
    pass(2);
    assertThat(silence.look()).hasSeconds(2);
  }

  @Test
  void beginsAnewOnceForgotten() throws Exception {
    silence.look();
    pass(30);
    silence.forget();
    assertThat(silence.look()).isZero();
    pass(3);
    assertThat(silence.look()).hasSeconds(3);
  }
}
