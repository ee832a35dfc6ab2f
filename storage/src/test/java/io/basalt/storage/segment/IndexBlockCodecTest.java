package io.basalt.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.basalt.schemas.EventRecord;
import io.basalt.schemas.IndexBlockRecord;
import io.basalt.storage.Golden;
import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;

class IndexBlockCodecTest {
  private static final String SEGMENT = "12-00000000000000ab-0-1";
  private static final Event EVENT =
      new Event(
          "/a/ü.txt",
          new Version(2, 1L << 40),
          3,
          1_700_000_000_000L,
          Op.UPLOAD,
          77,
          Optional.of("upload-1"),
          List.of(new Shard(SEGMENT, 4096, 10, -1), new Shard("other", 0, 1, 1)));

  private static IndexBlock block(int events) {
    List<Event> list = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      list.add(
          i == 0
              ? EVENT
              : new Event(
                  "/" + "x".repeat(i),
                  new Version(1, i),
                  0,
                  i,
                  Op.values()[i % Op.values().length],
                  0,
                  Optional.empty(),
                  List.of()));
    }
    return new IndexBlock(SEGMENT, List.of(new Range(2, 3, 7, 1L << 41, -1)), list);
  }

  /** Blocks as they stand in a file: the first one highest. */
  private static ByteBuffer file(int free, ByteBuffer... blocks) {
    int size = free;
    for (ByteBuffer block : blocks) {
      size += block.remaining();
    }
    ByteBuffer file = ByteBuffer.allocate(size);
    int end = size;
    for (ByteBuffer block : blocks) {
      end -= block.remaining();
      file.put(end, block, block.position(), block.remaining());
    }
    return file;
  }

  private static ByteBuffer encoded(IndexBlock block) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    IndexBlockCodec.encode(block, 5000, bytes);
    return bytes.flip();
  }

  private static ByteBuffer seal(long dataEnd) {
    ByteBuffer bytes = ByteBuffer.allocate(IndexBlockCodec.SEAL_BYTES);
    IndexBlockCodec.encodeSeal(SEGMENT, dataEnd, bytes);
    return bytes.flip();
  }

  private static IndexBlockCodec.Walk walk(ByteBuffer file) throws Exception {
    return IndexBlockCodec.walk(SEGMENT, "segments/" + SEGMENT, file);
  }

  @Test
  void whatIsNotWantedIsPassedOver() throws IOException {
    IndexBlock first = block(60);
    IndexBlock second =
        new IndexBlock(SEGMENT, List.of(new Range(1, 0, 0, 60, 4)), first.events().subList(1, 60));
    ByteBuffer bytes = file(0, encoded(first), encoded(second));
    Covered none = new Covered(List.of());
    Covered some =
        new Covered(List.of(new Position(1, 0, 20, -1, 0), new Position(2, 3, 1L << 41, -1, 0)));
    for (Covered covered : List.of(none, some)) {
      for (PathRange paths :
          List.of(
              PathRange.ALL,
              PathRange.exactly("/a/ü.txt"),
              PathRange.exactly("/x"),
              PathRange.startingWith("/a/"),
              PathRange.startingWith("/" + "x".repeat(30)),
              PathRange.stretch("/b", Optional.of("/xxx")),
              PathRange.stretch("/xxxx", Optional.empty()))) {
        List<IndexBlock> found =
            IndexBlockCodec.walk(SEGMENT, "f", bytes, new EventFilter(paths, covered)).blocks();
        // The first block's ranges end below the positions: whoever knows these needs nothing of
        // it.
        assertThat(found.get(0).events())
            .isEqualTo(covered == some ? List.of() : wanted(first, paths, covered));
        assertThat(found.get(1).events()).isEqualTo(wanted(second, paths, covered));
      }
    }
  }

  private static List<Event> wanted(IndexBlock block, PathRange paths, Covered covered) {
    return block.events().stream()
        .filter(event -> paths.contains(event.path()) && !covered.test(event))
        .toList();
  }

  @Test
  void blocksAreReadFromTheEndDownToCleanZeros() throws Exception {
    IndexBlockCodec.Walk walk =
        walk(file(100, encoded(block(3)), encoded(block(0)), encoded(block(50))));
    assertThat(walk.blocks()).containsExactly(block(3), block(0), block(50));
    assertThat(walk.start()).isEqualTo(100);
    assertThat(walk.damage()).isNull();
    assertThat(walk.sealedDataEnd()).isEmpty();
  }

  @Test
  void aSealEndsTheWalk() throws Exception {
    IndexBlockCodec.Walk walk = walk(file(100, encoded(block(3)), seal(4711)));
    assertThat(walk.blocks()).containsExactly(block(3));
    assertThat(walk.sealedDataEnd()).isEqualTo(OptionalLong.of(4711));
    assertThat(walk.start()).isEqualTo(100 + IndexBlockCodec.SEAL_BYTES);
  }

  @Test
  void thePayloadIsThatOfTheSchema() throws Exception {
    ByteBuffer bytes = encoded(block(8));
    byte[] payload = new byte[bytes.remaining() - IndexBlockCodec.SEAL_BYTES];
    bytes.get(payload);
    IndexBlockRecord record =
        new SpecificDatumReader<>(IndexBlockRecord.class)
            .read(null, DecoderFactory.get().binaryDecoder(payload, null));
    assertThat(record.getRanges())
        .singleElement()
        .hasToString(
            "{\"incarnation\": 2, \"partition\": 3, \"from\": 7, \"next\": 2199023255552,"
                + " \"leaderEpoch\": -1}");
    EventRecord event = record.getEvents().get(0);
    assertThat(event.getPath()).hasToString("/a/ü.txt");
    assertThat(event.getOffset()).isEqualTo(1L << 40);
    assertThat(event.getPartition()).isEqualTo(3);
    assertThat(event.getOp()).hasToString("UPLOAD");
    assertThat(event.getUpload()).hasToString("upload-1");
    assertThat(event.getShards()).hasSize(2);
    assertThat(event.getShards().get(0).getCrc32c()).isEqualTo(-1);
    assertThat(record.getEvents()).hasSize(8);
    for (int i = 1; i < 8; i++) {
      assertThat(record.getEvents().get(i).getOp())
          .hasToString(block(8).events().get(i).op().name());
    }
  }

  @Test
  void theBytesOfVersion1AreReadAndWritten() throws Exception {
    IndexBlock golden =
        new IndexBlock(
            "1-00000000000000aa-0-0",
            List.of(new Range(1, 0, 0, 1, 5)),
            List.of(
                new Event(
                    "/a",
                    new Version(1, 0),
                    0,
                    1000,
                    Op.PUT,
                    0,
                    Optional.empty(),
                    List.of(new Shard("1-00000000000000aa-0-0", 0, 3, 0x12345678)))));
    ByteBuffer bytes = ByteBuffer.allocate(1000);
    IndexBlockCodec.encode(golden, 3, bytes);
    byte[] written = new byte[bytes.flip().remaining()];
    bytes.get(written);
    Golden.assertWritten("index-block-v1", written);
    IndexBlockCodec.Walk walk =
        IndexBlockCodec.walk(
            golden.segment(), "golden", ByteBuffer.wrap(Golden.bytes("index-block-v1")));
    assertThat(walk.blocks()).containsExactly(golden);
  }

  @Test
  void everyFlippedBitIsDamageAndNeverABlock() throws Exception {
    ByteBuffer whole = file(64, encoded(block(2)), encoded(block(1)));
    int start = walk(whole).start();
    for (int at = start; at < whole.limit(); at++) {
      for (int bit = 0; bit < 8; bit++) {
        ByteBuffer damaged = ByteBuffer.wrap(whole.array().clone());
        damaged.put(at, (byte) (damaged.get(at) ^ 1 << bit));
        try {
          IndexBlockCodec.Walk walk = walk(damaged);
          assertThat(walk.damage()).as("byte %d, bit %d", at, bit).isNotNull();
          assertThat(walk.blocks()).hasSizeLessThan(2);
        } catch (UnsupportedFormatException version) {
          assertThat(version).hasMessageContaining("use a newer Basalt");
        }
      }
    }
  }

  @Test
  void aBlockOfAnotherSegmentIsDamage() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(1000);
    IndexBlockCodec.encode(new IndexBlock("another", List.of(), List.of()), 0, bytes);
    assertThat(walk(bytes.flip()).damage()).isEqualTo("a block of another segment");
  }

  @Test
  void aBlockThatIsWrongUnderARightChecksumIsAnIoException() {
    byte[] payload = new byte[40];
    for (int seed = 0; seed < 2000; seed++) {
      new Random(seed).nextBytes(payload);
      // At least one range.
      payload[0] |= 2;
      ByteBuffer bytes = ByteBuffer.allocate(payload.length + IndexBlockTrailer.BYTES);
      bytes.put(payload);
      IndexBlockTrailer.putUnchecked(
          bytes, IndexBlockTrailer.Kind.INDEX, SEGMENT, 0, payload.length, Integer.MAX_VALUE);
      CRC32C crc = new CRC32C();
      crc.update(bytes.duplicate().flip());
      bytes.putInt((int) crc.getValue());
      assertThatThrownBy(() -> walk(bytes.flip()))
          .as("seed %d", seed)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("with a right checksum");
    }
  }

  @Test
  void aFalseLengthUnderARightChecksumTakesNoMoreMemoryThanTheBlock() {
    ByteBuffer right = encoded(block(20));
    int payload = right.limit() - IndexBlockTrailer.BYTES;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int at = 0; at < payload - 6; at++) {
      ByteBuffer wrong = ByteBuffer.allocate(right.limit()).put(right.duplicate()).flip();
      // A varint of a bit less than 2 GiB.
      wrong.putInt(at, 0xfeffffff).put(at + 4, (byte) 0x0f);
      CRC32C crc = new CRC32C();
      crc.update(wrong.duplicate().limit(wrong.limit() - 4));
      wrong.putInt(wrong.limit() - 4, (int) crc.getValue());
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        assertThat(walk(wrong).blocks()).hasSize(1);
      } catch (Exception unfit) {
        assertThat(unfit)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("with a right checksum");
        refused++;
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes taken, false length at %d", at)
          .isLessThan(4 << 20);
    }
    assertThat(refused).isGreaterThan(payload / 2);
  }

  @Test
  void rubbishIsDamageAndZerosAreNot() throws Exception {
    byte[] rubbish = new byte[500];
    new Random(3).nextBytes(rubbish);
    assertThat(walk(ByteBuffer.wrap(rubbish)).damage()).isEqualTo("no trailer");
    assertThat(walk(ByteBuffer.wrap(rubbish, 0, 10)).damage()).isEqualTo("no room for a trailer");
    assertThat(walk(ByteBuffer.allocate(500)).damage()).isNull();
    assertThat(walk(ByteBuffer.allocate(10)).damage()).isNull();
    assertThat(walk(ByteBuffer.allocate(0)).damage()).isNull();
  }

  @Test
  void aNewerVersionIsNamed() {
    ByteBuffer bytes = encoded(block(1));
    bytes.putShort(bytes.limit() - IndexBlockCodec.SEAL_BYTES + 4, (short) 3);
    assertThatThrownBy(() -> walk(bytes))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining(
            "segments/" + SEGMENT + " has format version 3; this program reads up to 2");
  }

  @Test
  void copiedShardsComeBackWhateverTheirNumber() throws Exception {
    for (int count : new int[] {1, 2, 65_536, 65_537, 200_000}) {
      List<Shard> shards = new ArrayList<>();
      long end = 0;
      for (int i = 0; i < count; i++) {
        shards.add(new Shard(SEGMENT, end, 1 + i % 7, i * 31));
        end += 1 + i % 7;
      }
      IndexBlockCodec.Walk walk = walk(copies(shards, end));
      assertThat(walk.sealedDataEnd()).hasValue(end);
      // The highest block is met first and holds the last shards.
      List<Shard> found = new ArrayList<>();
      for (int i = walk.blocks().size() - 1; i >= 0; i--) {
        assertThat(walk.blocks().get(i).events()).isEmpty();
        assertThat(walk.blocks().get(i).ranges()).isEmpty();
        found.addAll(walk.blocks().get(i).copies());
      }
      assertThat(found).isEqualTo(shards);
    }
  }

  @Test
  void copiesVersion2() throws Exception {
    List<Shard> shards = List.of(new Shard(SEGMENT, 0, 7, -1), new Shard(SEGMENT, 7, 1 << 20, 5));
    Golden.assertWritten("copies-v2", copies(shards, 7 + (1 << 20)).array());
    assertThat(walk(ByteBuffer.wrap(Golden.bytes("copies-v2"))).blocks())
        .singleElement()
        .satisfies(block -> assertThat(block.copies()).isEqualTo(shards));
  }

  private static ByteBuffer copies(List<Shard> shards, long dataEnd) {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            IndexBlockCodec.SEAL_BYTES + IndexBlockCodec.copiesBytes(shards.size()));
    IndexBlockCodec.encodeCopies(SEGMENT, shards, dataEnd, bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    return bytes.flip();
  }

  @Test
  void theBoundHoldsForTheLongestNames() {
    Event event =
        new Event(
            "/" + "\u20ac".repeat(1365),
            new Version(Integer.MAX_VALUE, Long.MAX_VALUE),
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            Op.UPLOAD,
            Long.MAX_VALUE,
            Optional.of("\u20ac".repeat(100)),
            List.of(new Shard(SEGMENT, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE)));
    Range range =
        new Range(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Integer.MAX_VALUE);
    int bound = IndexBlockCodec.boundBytes(event) + IndexBlockCodec.boundBytes(1);
    assertThat(encoded(new IndexBlock(SEGMENT, List.of(range), List.of(event))).remaining())
        .isLessThanOrEqualTo(bound);
  }
}
