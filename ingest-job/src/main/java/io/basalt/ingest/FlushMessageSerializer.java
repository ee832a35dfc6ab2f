package io.basalt.ingest;

import io.basalt.flink.DriveToken;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.kafka.Reject;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the records; lists with their length before them. */
final class FlushMessageSerializer extends ValueSerializer<FlushMessage> {
  static final FlushMessageSerializer INSTANCE = new FlushMessageSerializer();
  static final TypeInformation<FlushMessage> TYPE = new ValueType<>(FlushMessage.class, INSTANCE);
  private static final long serialVersionUID = 1;

  private interface ItemWriter<T> {
    void write(T item, DataOutputView target) throws IOException;
  }

  private interface ItemReader<T> {
    T read(DataInputView source) throws IOException;
  }

  @Override
  public void serialize(FlushMessage message, DataOutputView target) throws IOException {
    writeList(message.token().stream().toList(), FlushMessageSerializer::writeToken, target);
    Incarnation incarnation = message.incarnation();
    target.writeInt(incarnation.number());
    target.writeUTF(incarnation.topic());
    target.writeUTF(incarnation.topicId());
    target.writeInt(incarnation.partitions());
    Flushed flushed = message.flushed();
    target.writeUTF(flushed.attempt());
    target.writeInt(flushed.writer());
    writeList(flushed.ranges(), FlushMessageSerializer::writeRange, target);
    writeList(flushed.tails(), FlushMessageSerializer::writeTail, target);
    writeList(message.rejects(), FlushMessageSerializer::writeReject, target);
  }

  @Override
  public FlushMessage deserialize(DataInputView source) throws IOException {
    Optional<DriveToken> token =
        readList(FlushMessageSerializer::readToken, source).stream().findFirst();
    Incarnation incarnation =
        new Incarnation(source.readInt(), source.readUTF(), source.readUTF(), source.readInt());
    Flushed flushed =
        new Flushed(
            source.readUTF(),
            source.readInt(),
            readList(FlushMessageSerializer::readRange, source),
            readList(FlushMessageSerializer::readTail, source));
    return new FlushMessage(
        token, incarnation, flushed, readList(FlushMessageSerializer::readReject, source));
  }

  private static void writeToken(DriveToken token, DataOutputView target) throws IOException {
    target.writeUTF(token.attempt());
    target.writeUTF(token.taskManager());
    writeList(token.drives(), (drive, to) -> to.writeUTF(drive), target);
  }

  private static DriveToken readToken(DataInputView source) throws IOException {
    return new DriveToken(
        source.readUTF(), source.readUTF(), readList(DataInputView::readUTF, source));
  }

  private static void writeRange(Range range, DataOutputView target) throws IOException {
    target.writeInt(range.incarnation());
    target.writeInt(range.partition());
    target.writeLong(range.from());
    target.writeLong(range.next());
    target.writeInt(range.leaderEpoch());
  }

  private static Range readRange(DataInputView source) throws IOException {
    return new Range(
        source.readInt(), source.readInt(), source.readLong(), source.readLong(), source.readInt());
  }

  private static void writeTail(Tail tail, DataOutputView target) throws IOException {
    SegmentLocation location = tail.location();
    target.writeUTF(location.segment());
    writeList(location.mirrors(), (drive, to) -> to.writeUTF(drive), target);
    target.writeLong(location.size());
    target.writeLong(location.dataEnd());
    target.writeLong(location.indexStart());
    target.writeUTF(tail.attempt());
    target.writeBoolean(tail.sealed());
  }

  private static Tail readTail(DataInputView source) throws IOException {
    SegmentLocation location =
        new SegmentLocation(
            source.readUTF(),
            readList(DataInputView::readUTF, source),
            source.readLong(),
            source.readLong(),
            source.readLong());
    return new Tail(location, source.readUTF(), source.readBoolean());
  }

  private static void writeReject(Reject reject, DataOutputView target) throws IOException {
    target.writeUTF(reject.topic());
    target.writeUTF(reject.topicId());
    target.writeInt(reject.partition());
    target.writeLong(reject.offset());
    target.writeUTF(reject.keyBase64());
    target.writeUTF(reject.reason());
  }

  private static Reject readReject(DataInputView source) throws IOException {
    return new Reject(
        source.readUTF(),
        source.readUTF(),
        source.readInt(),
        source.readLong(),
        source.readUTF(),
        source.readUTF());
  }

  private static <T> void writeList(List<T> list, ItemWriter<T> writer, DataOutputView target)
      throws IOException {
    target.writeInt(list.size());
    for (T item : list) {
      writer.write(item, target);
    }
  }

  private static <T> List<T> readList(ItemReader<T> reader, DataInputView source)
      throws IOException {
    List<T> list = new ArrayList<>();
    for (int left = source.readInt(); left > 0; left--) {
      list.add(reader.read(source));
    }
    return list;
  }

  @Override
  public TypeSerializerSnapshot<FlushMessage> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer in a savepoint. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<FlushMessage> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
