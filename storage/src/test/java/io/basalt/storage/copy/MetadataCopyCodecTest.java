package io.basalt.storage.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RootCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetadataCopyCodecTest {
  private static final List<String> DRIVES = List.of("capacity-0", "capacity-2");
  private static final MetadataCopy COPY =
      new MetadataCopy(
          new RootBuilder(
                  Root.first("store", "golden", "0-00000000000000aa-0", "0-a", 1, List.of()))
              .positions(List.of(new Position(1, 0, 1L << 33, 2, 5)))
              .build(9, "8-00000000000000bb-0", "8-00000000000000bb", 2, ArbiterPoint.NONE),
          Optional.of("branches/8-00000000000000bb-1"),
          10_000_000,
          1L << 50,
          List.of(
              new FileRef("branches/8-00000000000000bb-1", DRIVES, 90, 0x76543210),
              new FileRef("leaves/8-00000000000000bb-0-files.parquet", DRIVES, 1L << 20, -2)));

  /** The root inside is written as its newest version; the golden one holds version 3. */
  @Test
  void version1() throws Exception {
    MetadataCopy read =
        MetadataCopyCodec.decode(
            ByteBuffer.wrap(Golden.bytes("metadata-copy-v1")), "d", "f", DRIVES);
    assertThat(read).isEqualTo(COPY);
    assertThat(RootCodec.encode(read.root())).isEqualTo(RootCodec.encode(COPY.root()));
    Golden.assertWritten("metadata-copy-v1", MetadataCopyCodec.encode(COPY));
  }
}
