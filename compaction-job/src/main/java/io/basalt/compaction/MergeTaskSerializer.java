package io.basalt.compaction;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class MergeTaskSerializer extends ValueSerializer<MergeTask> {
  static final MergeTaskSerializer INSTANCE = new MergeTaskSerializer();
  static final TypeInformation<MergeTask> TYPE = new ValueType<>(MergeTask.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(MergeTask task, DataOutputView target) throws IOException {
    target.writeUTF(task.run());
    target.writeLong(task.base());
    target.writeInt(task.tasks());
    LeafFields.writeAbandonment(task.abandonment(), target);
    Fields.writeOptional(task.stretch(), LeafFields::writeStretch, target);
  }

  @Override
  public MergeTask deserialize(DataInputView source) throws IOException {
    return new MergeTask(
        source.readUTF(),
        source.readLong(),
        source.readInt(),
        LeafFields.readAbandonment(source),
        Fields.readOptional(LeafFields::readStretch, source));
  }

  @Override
  public TypeSerializerSnapshot<MergeTask> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<MergeTask> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
