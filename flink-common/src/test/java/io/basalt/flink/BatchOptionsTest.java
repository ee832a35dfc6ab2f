package io.basalt.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchOptionsTest {
  @Test
  void readsTheArgumentsOfAJob() {
    assertThat(parse("--config", "/s/b.yaml", "--parallelism", "5"))
        .isEqualTo(new BatchOptions.Request(new BatchOptions("/s/b.yaml", 5), false));
    assertThat(parse("--config", "/s/../b.yaml", "--dry-run"))
        .isEqualTo(new BatchOptions.Request(new BatchOptions("/b.yaml", 2), true));
  }

  @Test
  void argumentsAreNamedInErrors() {
    assertThatThrownBy(() -> parse("--parallelism", "2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("argument --config is missing");
    assertThatThrownBy(() -> parse("--config", "x", "--parallelism", "0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parallelism 0");
    assertThatThrownBy(() -> parse("--config", "b", "--other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown argument: --other");
  }

  private static BatchOptions.Request parse(String... arguments) {
    return BatchOptions.parse(arguments);
  }
}
