package io.basalt.compaction;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.rewrite.RewritePlan;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class RewriteTaskSerializer extends ValueSerializer<RewriteTask> {
  static final RewriteTaskSerializer INSTANCE = new RewriteTaskSerializer();
  static final TypeInformation<RewriteTask> TYPE = new ValueType<>(RewriteTask.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(RewriteTask task, DataOutputView target) throws IOException {
    target.writeUTF(task.run());
    target.writeLong(task.base());
    target.writeInt(task.tasks());
    Fields.writeList(task.work().leaves(), LeafFields::writeLeaf, target);
    LeafFields.writeNumbers(task.work().mirrored(), target);
    Fields.writeNames(List.copyOf(task.work().striped()), target);
  }

  @Override
  public RewriteTask deserialize(DataInputView source) throws IOException {
    return new RewriteTask(
        source.readUTF(),
        source.readLong(),
        source.readInt(),
        new RewritePlan.Task(
            Fields.readList(LeafFields::readLeaf, source),
            LeafFields.readNumbers(source),
            Set.copyOf(Fields.readNames(source))));
  }

  @Override
  public TypeSerializerSnapshot<RewriteTask> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RewriteTask> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
