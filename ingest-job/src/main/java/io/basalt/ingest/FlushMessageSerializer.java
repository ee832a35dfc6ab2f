package io.basalt.ingest;

import io.basalt.flink.DriveToken;
import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.kafka.Reject;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
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

  @Override
  public void serialize(FlushMessage message, DataOutputView target) throws IOException {
    Fields.writeOptional(message.token(), FlushMessageSerializer::writeToken, target);
    Incarnation incarnation = message.incarnation();
    target.writeInt(incarnation.number());
    target.writeUTF(incarnation.topic());
    target.writeUTF(incarnation.topicId());
    target.writeInt(incarnation.partitions());
    Flushed flushed = message.flushed();
    target.writeUTF(flushed.attempt());
    target.writeInt(flushed.writer());
    Fields.writeList(flushed.ranges(), FlushMessageSerializer::writeRange, target);
    Fields.writeList(flushed.tails(), FlushMessageSerializer::writeTail, target);
    Fields.writeList(message.rejects(), FlushMessageSerializer::writeReject, target);
    Fields.writeList(message.published(), FlushMessageSerializer::writePublished, target);
  }

  @Override
  public FlushMessage deserialize(DataInputView source) throws IOException {
    Optional<DriveToken> token = Fields.readOptional(FlushMessageSerializer::readToken, source);
    Incarnation incarnation =
        new Incarnation(source.readInt(), source.readUTF(), source.readUTF(), source.readInt());
    Flushed flushed =
        new Flushed(
            source.readUTF(),
            source.readInt(),
            Fields.readList(FlushMessageSerializer::readRange, source),
            Fields.readList(FlushMessageSerializer::readTail, source));
    return new FlushMessage(
        token,
        incarnation,
        flushed,
        Fields.readList(FlushMessageSerializer::readReject, source),
        Fields.readList(FlushMessageSerializer::readPublished, source));
  }

  private static void writeToken(DriveToken token, DataOutputView target) throws IOException {
    target.writeUTF(token.attempt());
    target.writeUTF(token.taskManager());
    Fields.writeNames(token.drives(), target);
  }

  private static DriveToken readToken(DataInputView source) throws IOException {
    return new DriveToken(source.readUTF(), source.readUTF(), Fields.readNames(source));
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
    Fields.writeSegment(tail.location(), target);
    target.writeUTF(tail.attempt());
    target.writeBoolean(tail.sealed());
  }

  private static Tail readTail(DataInputView source) throws IOException {
    return new Tail(Fields.readSegment(source), source.readUTF(), source.readBoolean());
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

  private static void writePublished(Published published, DataOutputView target)
      throws IOException {
    Fields.writeOffset(published.oldest(), target);
    target.writeLong(published.seenAt());
  }

  private static Published readPublished(DataInputView source) throws IOException {
    return new Published(Fields.readOffset(source), source.readLong());
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
