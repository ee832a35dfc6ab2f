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
  private static final FileRef BRANCH =
      new FileRef("branches/8-00000000000000bb-1", DRIVES, 90, 0x76543210);
  private static final FileRef TABLE =
      new FileRef("leaves/8-00000000000000bb-0-files.parquet", DRIVES, 1L << 20, -2);

  private static MetadataCopy copy(FileRef... copied) {
    return new MetadataCopy(
        new RootBuilder(Root.first("store", "golden", "0-00000000000000aa-0", "0-a", 1, List.of()))
            .positions(List.of(new Position(1, 0, 1L << 33, 2, 5)))
            .build(9, "8-00000000000000bb-0", "8-00000000000000bb", 2, ArbiterPoint.NONE),
        Optional.of(BRANCH.name()),
        10_000_000,
        1L << 50,
        List.of(copied));
  }

  private static MetadataCopy read(String golden) throws Exception {
    return MetadataCopyCodec.decode(ByteBuffer.wrap(Golden.bytes(golden)), "d", "f", DRIVES);
  }

  /** It lists branches, too. */
  @Test
  void version1() throws Exception {
    MetadataCopy read = read("metadata-copy-v1");
    assertThat(read).isEqualTo(copy(BRANCH, TABLE));
    assertThat(read.tables()).containsExactly(TABLE);
  }

  /** The root inside is written as its newest version; the golden one holds version 3. */
  @Test
  void version2() throws Exception {
    MetadataCopy read = read("metadata-copy-v2");
    assertThat(read).isEqualTo(copy(TABLE));
    assertThat(RootCodec.encode(read.root())).isEqualTo(RootCodec.encode(copy().root()));
    Golden.assertWritten("metadata-copy-v2", MetadataCopyCodec.encode(copy(TABLE)));
  }
}
