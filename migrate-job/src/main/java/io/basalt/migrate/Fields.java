package io.basalt.migrate;

import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields that the job's messages have in common. */
final class Fields {
  private Fields() {}

  /** Writes one element of a list. */
  @FunctionalInterface
  interface Write<T> {
    void to(T value, DataOutputView target) throws IOException;
  }

  /** Reads one element of a list. */
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

  static void writeNames(List<String> names, DataOutputView target) throws IOException {
    writeList(names, (name, to) -> to.writeUTF(name), target);
  }

  static List<String> readNames(DataInputView source) throws IOException {
    return readList(DataInputView::readUTF, source);
  }

  /** A segment on mirrors. */
  static void writeSegment(SegmentLocation segment, DataOutputView target) throws IOException {
    target.writeUTF(segment.segment());
    writeNames(segment.mirrors(), target);
    target.writeLong(segment.size());
    target.writeLong(segment.dataEnd());
    target.writeLong(segment.indexStart());
  }

  static SegmentLocation readSegment(DataInputView source) throws IOException {
    return new SegmentLocation(
        source.readUTF(),
        readNames(source),
        source.readLong(),
        source.readLong(),
        source.readLong());
  }
}
