package io.basalt.flink;

import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Fields that the messages of jobs have in common; lists have their length before them. */
public final class Fields {
  private Fields() {}

  /** Writes one value. */
  @FunctionalInterface
  public interface Write<T> {
    void to(T value, DataOutputView target) throws IOException;
  }

  /** Reads one value. */
  @FunctionalInterface
  public interface Read<T> {
    T from(DataInputView source) throws IOException;
  }

  public static <T> void writeList(List<T> values, Write<T> write, DataOutputView target)
      throws IOException {
    target.writeInt(values.size());
    for (T value : values) {
      write.to(value, target);
    }
  }

  public static <T> List<T> readList(Read<T> read, DataInputView source) throws IOException {
    int size = source.readInt();
    List<T> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(read.from(source));
    }
    return values;
  }

  public static <T> void writeOptional(Optional<T> value, Write<T> write, DataOutputView target)
      throws IOException {
    target.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      write.to(value.get(), target);
    }
  }

  public static <T> Optional<T> readOptional(Read<T> read, DataInputView source)
      throws IOException {
    return source.readBoolean() ? Optional.of(read.from(source)) : Optional.empty();
  }

  /** Names of drives and the like, each of at most 65,535 bytes. */
  public static void writeNames(List<String> names, DataOutputView target) throws IOException {
    writeList(names, (name, to) -> to.writeUTF(name), target);
  }

  public static List<String> readNames(DataInputView source) throws IOException {
    return readList(DataInputView::readUTF, source);
  }

  /** A segment on mirrors. */
  public static void writeSegment(SegmentLocation segment, DataOutputView target)
      throws IOException {
    target.writeUTF(segment.segment());
    writeNames(segment.mirrors(), target);
    target.writeLong(segment.size());
    target.writeLong(segment.dataEnd());
    target.writeLong(segment.indexStart());
  }

  public static SegmentLocation readSegment(DataInputView source) throws IOException {
    return new SegmentLocation(
        source.readUTF(),
        readNames(source),
        source.readLong(),
        source.readLong(),
        source.readLong());
  }

  public static void writeStripe(Stripe stripe, DataOutputView target) throws IOException {
    target.writeUTF(stripe.id());
    target.writeInt(stripe.dataStrips());
    target.writeInt(stripe.parityStrips());
    target.writeLong(stripe.stripBytes());
    writeNames(stripe.drives(), target);
  }

  public static Stripe readStripe(DataInputView source) throws IOException {
    return new Stripe(
        source.readUTF(), source.readInt(), source.readInt(), source.readLong(), readNames(source));
  }

  public static void writeOffset(PartitionOffset offset, DataOutputView target) throws IOException {
    target.writeInt(offset.incarnation());
    target.writeInt(offset.partition());
    target.writeLong(offset.offset());
  }

  public static PartitionOffset readOffset(DataInputView source) throws IOException {
    return new PartitionOffset(source.readInt(), source.readInt(), source.readLong());
  }
}
