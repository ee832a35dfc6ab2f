package io.basalt.migrate;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.StripeShape;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class StripeTaskSerializer extends ValueSerializer<StripeTask> {
  static final StripeTaskSerializer INSTANCE = new StripeTaskSerializer();
  static final TypeInformation<StripeTask> TYPE = new ValueType<>(StripeTask.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(StripeTask task, DataOutputView target) throws IOException {
    target.writeUTF(task.run());
    target.writeInt(task.stripes());
    StripeShape shape = task.planned().shape();
    target.writeInt(shape.dataStrips());
    target.writeInt(shape.parityStrips());
    target.writeLong(shape.stripBytes());
    Fields.writeNames(shape.drives(), target);
    Fields.writeList(task.planned().segments(), StripeTaskSerializer::write, target);
  }

  private static void write(PlannedSegment planned, DataOutputView target) throws IOException {
    Fields.writeSegment(planned.segment(), target);
    target.writeLong(planned.offset());
    target.writeUTF(planned.why().name());
  }

  @Override
  public StripeTask deserialize(DataInputView source) throws IOException {
    return new StripeTask(
        source.readUTF(),
        source.readInt(),
        new PlannedStripe(
            new StripeShape(
                source.readInt(), source.readInt(), source.readLong(), Fields.readNames(source)),
            Fields.readList(StripeTaskSerializer::read, source)));
  }

  private static PlannedSegment read(DataInputView source) throws IOException {
    return new PlannedSegment(
        Fields.readSegment(source), source.readLong(), Why.valueOf(source.readUTF()));
  }

  @Override
  public TypeSerializerSnapshot<StripeTask> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<StripeTask> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
