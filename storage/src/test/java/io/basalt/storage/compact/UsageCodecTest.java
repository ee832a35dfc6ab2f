package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.compact.Usage.Retired;
import io.basalt.storage.compact.Usage.Segment;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.PartitionOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageCodecTest {
  private static final Usage USAGE =
      new Usage(
          Map.of(
              "7-00000000000000aa-0-1", new Segment(0, 1L << 40, 0, true),
              "7-00000000000000aa-0-2", new Segment(12, 0, 1L << 33, true)),
          List.of(
              new Retired(
                  new FileRef(
                      "runs/7-00000000000000aa-0.parquet", List.of("scm-0", "scm-1"), 700, -2),
                  new Span(3, 0))),
          List.of(new Dropped("segments/7-00000000000000aa-0-0", List.of("scm-1"))),
          List.of());

  @Test
  void version1() throws IOException {
    assertThat(UsageCodec.decode(ByteBuffer.wrap(Golden.bytes("usage-v1")), "d", "f"))
        .isEqualTo(USAGE);
  }

  @Test
  void version2() throws IOException {
    Usage moved = USAGE.moved(40, List.of("13-00000000000000bb-0-0"), Map.of());
    Usage usage =
        new Usage(
            moved.segments(),
            moved.retired(),
            moved.dropped(),
            List.of(
                new Mark(
                    1_700_000_000_000L,
                    List.of(new PartitionOffset(1, 3, 1L << 33)),
                    List.of(new PartitionOffset(1, 3, (1L << 33) + 5)))));
    assertThat(UsageCodec.decode(ByteBuffer.wrap(Golden.bytes("usage-v2")), "d", "f"))
        .isEqualTo(usage);
    Golden.assertWritten("usage-v2", UsageCodec.encode(usage));
  }

  /** It is written whole by each pass: some 4 MiB for a million megabytes in segments of 16 MiB. */
  @Test
  void aSegmentCostsFewBytes() {
    Map<String, Segment> many = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      many.put("1234567-00000000000000aa-3-" + i, new Segment(1 << 20, 9 << 20, 0, false));
    }
    assertThat(UsageCodec.encode(new Usage(many, List.of(), List.of(), List.of())).length)
        .isLessThan(10_000 * 64);
  }
}
