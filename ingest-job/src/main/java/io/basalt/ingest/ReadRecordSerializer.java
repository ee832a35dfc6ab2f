package io.basalt.ingest;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.kafka.WriteRecord;
import io.basalt.kafka.WriteRecord.Header;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Complete, though records are handed over within a task and never meet it. */
final class ReadRecordSerializer extends ValueSerializer<ReadRecord> {
  static final ReadRecordSerializer INSTANCE = new ReadRecordSerializer();
  static final TypeInformation<ReadRecord> TYPE = new ValueType<>(ReadRecord.class, INSTANCE);
  private static final long serialVersionUID = 1;
  private static final int NULL = -1;

  @Override
  public void serialize(ReadRecord read, DataOutputView target) throws IOException {
    WriteRecord record = read.record();
    target.writeLong(read.from());
    target.writeInt(record.partition());
    target.writeLong(record.offset());
    target.writeInt(record.leaderEpoch());
    target.writeLong(record.timestamp());
    writeBytes(record.key(), target);
    writeBytes(record.value(), target);
    Fields.writeList(record.headers(), ReadRecordSerializer::writeHeader, target);
  }

  private static void writeHeader(Header header, DataOutputView target) throws IOException {
    target.writeUTF(header.name());
    writeBytes(header.value(), target);
  }

  private static Header readHeader(DataInputView source) throws IOException {
    return new Header(source.readUTF(), readBytes(source));
  }

  @Override
  public ReadRecord deserialize(DataInputView source) throws IOException {
    long from = source.readLong();
    int partition = source.readInt();
    long offset = source.readLong();
    int leaderEpoch = source.readInt();
    long timestamp = source.readLong();
    byte[] key = readBytes(source);
    byte[] value = readBytes(source);
    List<Header> headers = Fields.readList(ReadRecordSerializer::readHeader, source);
    return new ReadRecord(
        from, new WriteRecord(partition, offset, leaderEpoch, timestamp, key, value, headers));
  }

  private static void writeBytes(byte[] bytes, DataOutputView target) throws IOException {
    target.writeInt(bytes == null ? NULL : bytes.length);
    if (bytes != null) {
      target.write(bytes);
    }
  }

  private static byte[] readBytes(DataInputView source) throws IOException {
    int length = source.readInt();
    if (length == NULL) {
      return null;
    }
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    return bytes;
  }

  @Override
  public TypeSerializerSnapshot<ReadRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer in a savepoint. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ReadRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
