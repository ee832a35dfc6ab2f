package io.basalt.compaction;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.rewrite.Rewritten;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the record. */
final class RewriteResultSerializer extends ValueSerializer<RewriteResult> {
  static final RewriteResultSerializer INSTANCE = new RewriteResultSerializer();
  static final TypeInformation<RewriteResult> TYPE = new ValueType<>(RewriteResult.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(RewriteResult result, DataOutputView target) throws IOException {
    target.writeUTF(result.run());
    target.writeLong(result.base());
    target.writeInt(result.tasks());
    Rewritten rewritten = result.rewritten();
    Fields.writeList(rewritten.removed(), LeafFields::writeLeaf, target);
    Fields.writeList(rewritten.added(), LeafFields::writeLeaf, target);
    Fields.writeList(rewritten.segments(), RewriteResultSerializer::write, target);
    Fields.writeList(rewritten.stripes(), Fields::writeStripe, target);
    LeafFields.writeNumbers(rewritten.liveBytes(), target);
    Fields.writeList(rewritten.problems(), LeafFields::writeText, target);
  }

  private static void write(SegmentLocation segment, DataOutputView target) throws IOException {
    if (segment.place() instanceof StripePlace place) {
      target.writeBoolean(true);
      target.writeUTF(place.stripe());
      target.writeLong(place.offset());
    } else {
      target.writeBoolean(false);
    }
    Fields.writeSegment(segment, target);
  }

  @Override
  public RewriteResult deserialize(DataInputView source) throws IOException {
    return new RewriteResult(
        source.readUTF(),
        source.readLong(),
        source.readInt(),
        new Rewritten(
            Fields.readList(LeafFields::readLeaf, source),
            Fields.readList(LeafFields::readLeaf, source),
            Fields.readList(RewriteResultSerializer::readSegment, source),
            Fields.readList(Fields::readStripe, source),
            LeafFields.readNumbers(source),
            Fields.readList(LeafFields::readText, source)));
  }

  private static SegmentLocation readSegment(DataInputView source) throws IOException {
    if (source.readBoolean()) {
      StripePlace place = new StripePlace(source.readUTF(), source.readLong());
      return Fields.readSegment(source).movedTo(place);
    }
    return Fields.readSegment(source);
  }

  @Override
  public TypeSerializerSnapshot<RewriteResult> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RewriteResult> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
