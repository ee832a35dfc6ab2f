package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.DriveToken;
import io.basalt.kafka.Acceptance;
import io.basalt.kafka.Reject;
import io.basalt.kafka.WriteRecord;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written comes back, by itself, by its copy and by the serializer of a savepoint. */
class SerializersTest {
  private static final Incarnation TOPIC = new Incarnation(3, "basalt.writes", "id", 4);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300})
  void flushMessages(int count) throws Exception {
    List<Range> ranges =
        IntStream.range(0, count).mapToObj(i -> new Range(3, i, i, 1L << 40, i - 1)).toList();
    List<Tail> tails =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    new Tail(
                        new SegmentLocation("5-a-0-" + i, List.of("a", "b"), 1L << 33, i, 1L << 32),
                        "5-a",
                        i % 2 == 0))
            .toList();
    List<Reject> rejects =
        IntStream.range(0, count)
            .mapToObj(i -> new Reject("basalt.writes", "id", i, 1L << 50, "a2V5", "Grund: " + i))
            .toList();
    FlushMessage message =
        FlushMessage.of(
            TOPIC,
            new Flushed("5-a", 7, ranges, tails),
            rejects,
            List.of(new Published(new PartitionOffset(2, 3, 1L << 40), 1L << 41)));
    FlushMessage first =
        FlushMessage.first(new DriveToken("5-a", "host", List.of("a", "b")), TOPIC, 7, ranges);

    assertThat(again(FlushMessageSerializer.INSTANCE, message)).isEqualTo(message);
    assertThat(again(FlushMessageSerializer.INSTANCE, first)).isEqualTo(first);
  }

  @Test
  void readRecords() throws Exception {
    for (byte[] bytes : new byte[][] {null, {}, {0, -1, 127}, "/größe".getBytes(UTF_8)}) {
      WriteRecord record =
          new WriteRecord(
              3,
              1L << 40,
              -1,
              -1,
              bytes,
              bytes,
              List.of(new Header("op", bytes), new Header("", bytes)));
      ReadRecord read = again(ReadRecordSerializer.INSTANCE, new ReadRecord(17, record));

      assertThat(read.from()).isEqualTo(17);
      assertThat(read.record()).usingRecursiveComparison().isEqualTo(record);
    }
  }

  @Test
  void aCheckpointOfTheSourceHoldsNothingAndReadsWhateverAnEarlierOneHeld() throws Exception {
    var state =
        StoreSource.of(IngestTopologyTest.KAFKA, new IngestOptions("f", Acceptance.NONE, 1))
            .getEnumeratorCheckpointSerializer();
    assertThat(state.serialize(null)).isEmpty();
    assertThat(state.deserialize(1, new byte[0])).isNull();
    assertThat(state.deserialize(9, new byte[] {1, 2, 3})).isNull();
  }

  /** Written, copied in its written form, and read by the serializer that its snapshot names. */
  private static <T> T again(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer written = new DataOutputSerializer(16);
    serializer.serialize(value, written);
    DataOutputSerializer copied = new DataOutputSerializer(16);
    serializer.copy(new DataInputDeserializer(written.getCopyOfBuffer()), copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(written.getCopyOfBuffer());

    DataInputDeserializer in = new DataInputDeserializer(copied.getCopyOfBuffer());
    T read = serializer.snapshotConfiguration().restoreSerializer().deserialize(in);
    assertThat(in.available()).isZero();
    return read;
  }
}
