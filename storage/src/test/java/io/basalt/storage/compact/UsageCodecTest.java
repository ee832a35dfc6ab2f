package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Retired;
import io.basalt.storage.compact.Usage.Segment;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.root.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageCodecTest {
  private static final Usage USAGE =
      new Usage(
          Map.of(
              "7-00000000000000aa-0-1", new Segment(0, 1L << 40, 0),
              "7-00000000000000aa-0-2", new Segment(12, 0, 1L << 33)),
          List.of(
              new Retired(
                  new FileRef(
                      "runs/7-00000000000000aa-0.parquet", List.of("scm-0", "scm-1"), 700, -2),
                  new Span(3, 0))),
          List.of(new Dropped("segments/7-00000000000000aa-0-0", List.of("scm-1"))));

  @Test
  void version1() throws IOException {
    assertThat(UsageCodec.decode(ByteBuffer.wrap(Golden.bytes("usage-v1")), "d", "f"))
        .isEqualTo(USAGE);
    Golden.assertWritten("usage-v1", UsageCodec.encode(USAGE));
  }
}
