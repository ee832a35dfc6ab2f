package io.basalt.query;

import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class RangeResultSerializer extends ValueSerializer<RangeResult> {
  static final RangeResultSerializer INSTANCE = new RangeResultSerializer();
  static final TypeInformation<RangeResult> TYPE = new ValueType<>(RangeResult.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(RangeResult result, DataOutputView target) throws IOException {
    target.writeLong(result.number());
    target.writeUTF(result.path());
    target.writeLong(result.size());
    target.writeLong(result.bytes());
    target.writeInt(result.reader());
    target.writeUTF(result.problem());
  }

  @Override
  public RangeResult deserialize(DataInputView source) throws IOException {
    return new RangeResult(
        source.readLong(),
        source.readUTF(),
        source.readLong(),
        source.readLong(),
        source.readInt(),
        source.readUTF());
  }

  @Override
  public TypeSerializerSnapshot<RangeResult> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RangeResult> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
