package io.basalt.query;

import io.basalt.flink.Fields;
import io.basalt.flink.ValueSerializer;
import io.basalt.flink.ValueType;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields in the order of the records. */
final class FileRangeSerializer extends ValueSerializer<FileRange> {
  static final FileRangeSerializer INSTANCE = new FileRangeSerializer();
  static final TypeInformation<FileRange> TYPE = new ValueType<>(FileRange.class, INSTANCE);
  private static final long serialVersionUID = 1;

  @Override
  public void serialize(FileRange range, DataOutputView target) throws IOException {
    target.writeLong(range.number());
    target.writeLong(range.from());
    target.writeLong(range.to());
    FileState file = range.file();
    target.writeUTF(file.path());
    target.writeLong(file.size());
    target.writeLong(file.modified());
    target.writeInt(file.version().incarnation());
    target.writeLong(file.version().offset());
    Fields.writeList(file.extents(), FileRangeSerializer::writeExtent, target);
  }

  @Override
  public FileRange deserialize(DataInputView source) throws IOException {
    long number = source.readLong();
    long from = source.readLong();
    long to = source.readLong();
    String path = source.readUTF();
    long size = source.readLong();
    long modified = source.readLong();
    Version version = new Version(source.readInt(), source.readLong());
    List<Extent> extents = Fields.readList(FileRangeSerializer::readExtent, source);
    return new FileRange(number, new FileState(path, size, modified, version, extents), from, to);
  }

  private static void writeExtent(Extent extent, DataOutputView target) throws IOException {
    Shard shard = extent.shard();
    target.writeLong(extent.start());
    target.writeUTF(shard.segment());
    target.writeLong(shard.position());
    target.writeInt(shard.length());
    target.writeInt(shard.crc32c());
    target.writeInt(extent.skip());
    target.writeInt(extent.take());
  }

  private static Extent readExtent(DataInputView source) throws IOException {
    return new Extent(
        source.readLong(),
        new Shard(source.readUTF(), source.readLong(), source.readInt(), source.readInt()),
        source.readInt(),
        source.readInt());
  }

  @Override
  public TypeSerializerSnapshot<FileRange> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Names the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<FileRange> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
