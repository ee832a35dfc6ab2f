package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.schemas.OpRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventCodecTest {
  @ParameterizedTest
  @EnumSource(Op.class)
  void roundTrips(Op op) {
    Event event =
        new Event(
            "/ä",
            new Version(2, Long.MAX_VALUE),
            3,
            -1,
            op,
            5,
            op == Op.UPLOAD ? Optional.of("u") : Optional.empty(),
            List.of(new Shard("0-a-0-0", 7, 8, -9), new Shard("0-a-0-1", 0, 1, 2)));
    assertThat(EventCodec.fromRecord(EventCodec.toRecord(event))).isEqualTo(event);
  }

  @Test
  void storedOpsHaveTheSameNamesInTheSameOrder() {
    assertThat(Arrays.stream(Op.values()).map(Enum::name))
        .containsExactlyElementsOf(Arrays.stream(OpRecord.values()).map(Enum::name).toList());
  }
}
