package io.basalt.compaction;

import io.basalt.flink.Fields;
import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.Stretch;
import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Stretches, leaves and dropped uploads as fields of the job's messages. */
final class LeafFields {
  private LeafFields() {}

  /** A text of any length. */
  static void writeText(String text, DataOutputView target) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  static String readText(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void writeStretch(Stretch stretch, DataOutputView target) throws IOException {
    writeText(stretch.first(), target);
    Fields.writeOptional(stretch.end(), LeafFields::writeText, target);
    Fields.writeList(stretch.leaves(), LeafFields::writeLeaf, target);
  }

  static Stretch readStretch(DataInputView source) throws IOException {
    return new Stretch(
        readText(source),
        Fields.readOptional(LeafFields::readText, source),
        Fields.readList(LeafFields::readLeaf, source));
  }

  static void writeLeaf(LeafRef leaf, DataOutputView target) throws IOException {
    writeText(leaf.minPath(), target);
    writeText(leaf.maxPath(), target);
    target.writeLong(leaf.files());
    target.writeLong(leaf.extents());
    target.writeLong(leaf.parts());
    target.writeLong(leaf.bytes());
    Fields.writeOptional(leaf.fileTable(), LeafFields::writeFile, target);
    Fields.writeOptional(leaf.extentTable(), LeafFields::writeFile, target);
    Fields.writeOptional(leaf.partTable(), LeafFields::writeFile, target);
  }

  static LeafRef readLeaf(DataInputView source) throws IOException {
    return new LeafRef(
        readText(source),
        readText(source),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        Fields.readOptional(LeafFields::readFile, source),
        Fields.readOptional(LeafFields::readFile, source),
        Fields.readOptional(LeafFields::readFile, source));
  }

  /** Numbers by segment. */
  static void writeNumbers(Map<String, Long> numbers, DataOutputView target) throws IOException {
    Fields.writeList(
        List.copyOf(numbers.entrySet()),
        (each, to) -> {
          to.writeUTF(each.getKey());
          to.writeLong(each.getValue());
        },
        target);
  }

  static Map<String, Long> readNumbers(DataInputView source) throws IOException {
    Map<String, Long> numbers = new HashMap<>();
    int size = source.readInt();
    for (int i = 0; i < size; i++) {
      numbers.put(source.readUTF(), source.readLong());
    }
    return numbers;
  }

  static void writeAbandonment(Abandonment abandonment, DataOutputView target) throws IOException {
    Fields.writeList(abandonment.floors(), Fields::writeOffset, target);
    Fields.writeOptional(abandonment.mark(), LeafFields::writeMark, target);
  }

  static Abandonment readAbandonment(DataInputView source) throws IOException {
    return new Abandonment(
        Fields.readList(Fields::readOffset, source),
        Fields.readOptional(LeafFields::readMark, source));
  }

  private static void writeMark(Mark mark, DataOutputView target) throws IOException {
    target.writeLong(mark.at());
    Fields.writeList(mark.applied(), Fields::writeOffset, target);
    Fields.writeList(mark.ends(), Fields::writeOffset, target);
  }

  private static Mark readMark(DataInputView source) throws IOException {
    return new Mark(
        source.readLong(),
        Fields.readList(Fields::readOffset, source),
        Fields.readList(Fields::readOffset, source));
  }

  private static void writeFile(FileRef file, DataOutputView target) throws IOException {
    target.writeUTF(file.name());
    Fields.writeNames(file.drives(), target);
    target.writeLong(file.length());
    target.writeInt(file.crc32c());
  }

  private static FileRef readFile(DataInputView source) throws IOException {
    return new FileRef(
        source.readUTF(), Fields.readNames(source), source.readLong(), source.readInt());
  }
}
