package io.basalt.migrate;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.migrate.MadeStripe;
import io.basalt.storage.stripe.PackedSegment;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class StripeResultSerializer extends ValueSerializer<StripeResult> {
  static final StripeResultSerializer INSTANCE = new StripeResultSerializer();
  static final TypeInformation<StripeResult> TYPE = new ValueType<>(StripeResult.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(StripeResult result, DataOutputView target) throws IOException {
    target.writeUTF(result.run());
    target.writeInt(result.stripes());
    Fields.writeOptional(result.made(), StripeResultSerializer::write, target);
    target.writeUTF(result.problem());
  }

  private static void write(MadeStripe made, DataOutputView target) throws IOException {
    Fields.writeStripe(made.stripe(), target);
    Fields.writeList(made.segments(), StripeResultSerializer::write, target);
    target.writeLong(made.readBytes());
    target.writeLong(made.writtenBytes());
  }

  private static void write(PackedSegment packed, DataOutputView target) throws IOException {
    Fields.writeSegment(packed.segment(), target);
    target.writeLong(packed.offset());
  }

  @Override
  public StripeResult deserialize(DataInputView source) throws IOException {
    return new StripeResult(
        source.readUTF(),
        source.readInt(),
        Fields.readOptional(StripeResultSerializer::made, source),
        source.readUTF());
  }

  private static MadeStripe made(DataInputView source) throws IOException {
    return new MadeStripe(
        Fields.readStripe(source),
        Fields.readList(StripeResultSerializer::packed, source),
        source.readLong(),
        source.readLong());
  }

  private static PackedSegment packed(DataInputView source) throws IOException {
    return new PackedSegment(Fields.readSegment(source), source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<StripeResult> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<StripeResult> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
