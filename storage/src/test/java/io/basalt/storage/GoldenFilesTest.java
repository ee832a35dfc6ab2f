package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.schemas.EventRecord;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.commit.ProposalCodec;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.Root.Tag;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RootCodec;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.root.Uploads;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventCodec;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

/**
 * Roots, commit records and events, read from and written as the bytes of each version. The others
 * have theirs in their own packages.
 */
class GoldenFilesTest {
  private static final SegmentLocation OPEN =
      new SegmentLocation(
          "7-00000000000000aa-1-0", List.of("scm-0", "scm-1"), 16L << 20, 4096, (16L << 20) - 300);
  private static final Root ROOT =
      new Root(
          "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
          "golden",
          9,
          "7-00000000000000aa-1",
          "7-00000000000000aa",
          1_700_000_000_123L,
          new ArbiterPoint("cluster", "topic", 1L << 33, "7-00000000000000aa-0"),
          List.of(new Incarnation(1, "basalt.writes", "topic-1", 4)),
          List.of(new Position(1, 3, 1L << 34, -1, 5)),
          "topic-2",
          List.of(
              new DriveInfo("scm-0", Tier.SCM, "a", 1L << 30, "incarnation-0"),
              new DriveInfo("capacity-0", Tier.CAPACITY, "b", 8L << 40, "incarnation-1")),
          6,
          List.of(new LiveAttempt("7-00000000000000aa", "ingest")),
          List.of(new Tail(OPEN, "7-00000000000000aa", false)),
          List.of(
              new RunRef(
                  new FileRef(
                      "runs/7-00000000000000aa-0.parquet", List.of("scm-0", "scm-1"), 700, -2),
                  11,
                  "/a",
                  "/ü/𝄞")),
          Optional.empty(),
          List.of(
              new FileRef("maps/7-00000000000000aa-0", List.of("scm-1", "scm-0"), 99, 0x12345678)),
          List.of(new KeptRoot(7, 1_700_000_000_000L), new KeptRoot(8, 1_700_000_000_123L)),
          List.of(new Pin("reader", 7, 1_700_000_000_456L)),
          Optional.empty(),
          List.of(),
          Uploads.NONE);

  private static final Proposal PROPOSAL =
      new Proposal(
          "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
          "7-00000000000000aa-0",
          9,
          "7-00000000000000aa-1",
          0x89abcdef,
          "7-00000000000000aa");

  private static final Event EVENT =
      new Event(
          "/a/ü.txt",
          new Version(2, 1L << 40),
          3,
          1_700_000_000_000L,
          Op.UPLOAD,
          8L << 40,
          Optional.of("upload-1"),
          List.of(new Shard("7-00000000000000aa-0-3", 4096, 10, -1)));

  private static final TreeTop TREE =
      new TreeTop(
          8,
          List.of(new Position(1, 3, 1L << 33, 2, 5)),
          Optional.of(
              new FileRef(
                  "branches/8-00000000000000bb-1", List.of("scm-0", "scm-1"), 90, 0x76543210)),
          10_000_000,
          1L << 50,
          new FileRef("usage/8-00000000000000bb-2", List.of("scm-1", "scm-0"), 70, 1));

  private static final CopyRef COPY =
      new CopyRef(
          8,
          List.of(new Position(1, 3, 1L << 33, 2, 5)),
          new FileRef("copies/8-00000000000000bb-3", List.of("capacity-0"), 80, 0x13572468));

  @Test
  void rootVersion1() throws Exception {
    assertThat(RootCodec.decode(Golden.bytes("root-v1"), "d", "f")).isEqualTo(ROOT);
  }

  @Test
  void rootVersion2() throws Exception {
    Root compacted =
        new RootBuilder(ROOT)
            .tree(Optional.of(TREE))
            .build(10, "8-00000000000000bb-0", "8-00000000000000bb", 1, ROOT.arbiter());
    assertThat(RootCodec.decode(Golden.bytes("root-v2"), "d", "f")).isEqualTo(compacted);
  }

  @Test
  void rootVersion3() throws Exception {
    Root copied =
        new RootBuilder(ROOT)
            .tree(Optional.of(TREE))
            .copy(Optional.of(COPY))
            .tags(List.of(new Tag("before-the-move", 8)))
            .uploads(
                new Uploads(
                    8,
                    List.of(new PartitionOffset(1, 3, 1L << 32)),
                    List.of(new PartitionOffset(1, 3, 7))))
            .build(10, "8-00000000000000bb-0", "8-00000000000000bb", 1, ROOT.arbiter());
    assertThat(RootCodec.decode(Golden.bytes("root-v3"), "d", "f")).isEqualTo(copied);
    Golden.assertWritten("root-v3", RootCodec.encode(copied));
  }

  @Test
  void commitRecordVersion1() throws Exception {
    assertThat(ProposalCodec.decode(Golden.bytes("commit-record-v1"), "topic", "offset"))
        .contains(PROPOSAL);
    Golden.assertWritten("commit-record-v1", ProposalCodec.encode(PROPOSAL));
  }

  /** The event has no version of its own: index blocks and runs, which hold it, have one. */
  @Test
  void eventOfIndexBlockVersion1() throws Exception {
    EventRecord read =
        new SpecificDatumReader<>(EventRecord.class)
            .read(null, DecoderFactory.get().binaryDecoder(Golden.bytes("event-v1"), null));
    assertThat(EventCodec.fromRecord(read)).isEqualTo(EVENT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new SpecificDatumWriter<>(EventRecord.getClassSchema())
        .write(EventCodec.toRecord(EVENT), encoder);
    Golden.assertWritten("event-v1", out.toByteArray());
  }
}
