package io.basalt.compaction;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.compact.Merged;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class MergeResultSerializer extends ValueSerializer<MergeResult> {
  static final MergeResultSerializer INSTANCE = new MergeResultSerializer();
  static final TypeInformation<MergeResult> TYPE = new ValueType<>(MergeResult.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(MergeResult result, DataOutputView target) throws IOException {
    target.writeUTF(result.run());
    target.writeLong(result.base());
    target.writeInt(result.tasks());
    LeafFields.writeAbandonment(result.abandonment(), target);
    Fields.writeOptional(result.merged(), MergeResultSerializer::write, target);
  }

  private static void write(Merged merged, DataOutputView target) throws IOException {
    LeafFields.writeStretch(merged.stretch(), target);
    Fields.writeList(merged.added(), LeafFields::writeLeaf, target);
    LeafFields.writeNumbers(merged.liveBytes(), target);
  }

  @Override
  public MergeResult deserialize(DataInputView source) throws IOException {
    return new MergeResult(
        source.readUTF(),
        source.readLong(),
        source.readInt(),
        LeafFields.readAbandonment(source),
        Fields.readOptional(MergeResultSerializer::read, source));
  }

  private static Merged read(DataInputView source) throws IOException {
    var stretch = LeafFields.readStretch(source);
    var added = Fields.readList(LeafFields::readLeaf, source);
    return new Merged(stretch, added, LeafFields.readNumbers(source));
  }

  @Override
  public TypeSerializerSnapshot<MergeResult> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<MergeResult> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
