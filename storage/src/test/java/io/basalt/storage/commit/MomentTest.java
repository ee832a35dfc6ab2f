package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.Tag;
import io.basalt.storage.root.RootBuilder;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MomentTest {
  private static final Root HEAD =
      new RootBuilder(Root.first("s", "test", "b", "0-0", 1, List.of()))
          .kept(List.of(new KeptRoot(3, 3_000), new KeptRoot(5, 5_000), new KeptRoot(6, 5_000)))
          .tags(List.of(new Tag("before", 3)))
          .build(9, "b", "a", 9_000, ArbiterPoint.NONE);

  @Test
  void aRootIsNamedByItsNumberOrItsTag() throws Exception {
    assertThat(Moment.HEAD.in(HEAD)).isEqualTo(9);
    assertThat(Moment.root("9").in(HEAD)).isEqualTo(9);
    assertThat(Moment.root("5").in(HEAD)).isEqualTo(5);
    assertThat(Moment.root("before").in(HEAD)).isEqualTo(3);
    assertThatThrownBy(() -> Moment.root("4").in(HEAD))
        .isInstanceOf(IOException.class)
        .hasMessage("root 4 is not kept: choose one of basalt roots");
    assertThatThrownBy(() -> Moment.root("after").in(HEAD))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no tag after: basalt roots lists the tags");
    assertThatThrownBy(() -> Moment.root("-1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("and not '-1'");
  }

  @Test
  void aTimeIsTheNewestRootOfThenOrBefore() throws Exception {
    assertThat(asOf("1970-01-01T00:00:09Z")).isEqualTo(9);
    assertThat(asOf("2026-01-31T12:00:00Z")).isEqualTo(9);
    assertThat(asOf("1970-01-01T00:00:08.999Z")).isEqualTo(6);
    assertThat(asOf("1970-01-01T00:00:05Z")).as("two of one time").isEqualTo(6);
    assertThat(asOf("1970-01-01T01:00:04+01:00")).as("of another zone").isEqualTo(3);
    assertThatThrownBy(() -> asOf("1970-01-01T00:00:02.999Z"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "no root is kept from 1970-01-01T00:00:02.999Z or before: the oldest is root 3 of"
                + " 1970-01-01T00:00:03Z");
    assertThatThrownBy(() -> Moment.asOf("yesterday"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'yesterday' is not a time such as 2026-01-31T12:00:00Z");
  }

  @Test
  void aStoreThatKeepsNothingHasItsHead() {
    Root alone = Root.first("s", "test", "b", "0-0", 9_000, List.of());
    assertThatThrownBy(() -> new Moment.AsOf(Instant.EPOCH).in(alone))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("the oldest is root 1 of 1970-01-01T00:00:09Z");
  }

  private static long asOf(String time) throws IOException {
    return Moment.asOf(time).in(HEAD);
  }
}
