package io.basalt.compaction;

import io.basalt.storage.compact.Stretch;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields that the job's messages have in common. */
final class Fields {
  private Fields() {}

  /** Writes one value. */
  @FunctionalInterface
  interface Write<T> {
    void to(T value, DataOutputView target) throws IOException;
  }

  /** Reads one value. */
  @FunctionalInterface
  interface Read<T> {
    T from(DataInputView source) throws IOException;
  }

  static <T> void writeList(List<T> values, Write<T> write, DataOutputView target)
      throws IOException {
    target.writeInt(values.size());
    for (T value : values) {
      write.to(value, target);
    }
  }

  static <T> List<T> readList(Read<T> read, DataInputView source) throws IOException {
    int size = source.readInt();
    List<T> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(read.from(source));
    }
    return values;
  }

  static <T> void writeOptional(Optional<T> value, Write<T> write, DataOutputView target)
      throws IOException {
    target.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      write.to(value.get(), target);
    }
  }

  static <T> Optional<T> readOptional(Read<T> read, DataInputView source) throws IOException {
    return source.readBoolean() ? Optional.of(read.from(source)) : Optional.empty();
  }

  static void writePath(String path, DataOutputView target) throws IOException {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  static String readPath(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void writeStretch(Stretch stretch, DataOutputView target) throws IOException {
    writePath(stretch.first(), target);
    writeOptional(stretch.end(), Fields::writePath, target);
    writeList(stretch.leaves(), Fields::writeLeaf, target);
  }

  static Stretch readStretch(DataInputView source) throws IOException {
    return new Stretch(
        readPath(source),
        readOptional(Fields::readPath, source),
        readList(Fields::readLeaf, source));
  }

  static void writeLeaf(LeafRef leaf, DataOutputView target) throws IOException {
    writePath(leaf.minPath(), target);
    writePath(leaf.maxPath(), target);
    target.writeLong(leaf.files());
    target.writeLong(leaf.extents());
    target.writeLong(leaf.parts());
    target.writeLong(leaf.bytes());
    writeOptional(leaf.fileTable(), Fields::writeFile, target);
    writeOptional(leaf.extentTable(), Fields::writeFile, target);
    writeOptional(leaf.partTable(), Fields::writeFile, target);
  }

  static LeafRef readLeaf(DataInputView source) throws IOException {
    return new LeafRef(
        readPath(source),
        readPath(source),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        readOptional(Fields::readFile, source),
        readOptional(Fields::readFile, source),
        readOptional(Fields::readFile, source));
  }

  private static void writeFile(FileRef file, DataOutputView target) throws IOException {
    target.writeUTF(file.name());
    writeList(file.drives(), (drive, to) -> to.writeUTF(drive), target);
    target.writeLong(file.length());
    target.writeInt(file.crc32c());
  }

  private static FileRef readFile(DataInputView source) throws IOException {
    return new FileRef(
        source.readUTF(),
        readList(DataInputView::readUTF, source),
        source.readLong(),
        source.readInt());
  }
}
