package io.basalt.storage.segment;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * The payload of an index block: an IndexBlockRecord in Avro's binary encoding. Written and read
 * field by field, without the generated classes between, since every write passes here; a test
 * holds it to the schema.
 */
final class IndexBlockPayload {
  private static final Op[] OPS = Op.values();
  private static final int NO_UPLOAD = 0;
  private static final int UPLOAD = 1;

  /** Incarnation, partition, offset, timestamp, operation, position. */
  private static final int NUMBERS_AFTER_PATH = 6;

  /** Position, length, CRC32C. */
  private static final int NUMBERS_OF_SHARD = 3;

  private IndexBlockPayload() {}

  static void encode(List<Range> ranges, List<Event> events, ByteBuffer target) {
    try {
      BinaryEncoder out = EncoderFactory.get().binaryEncoder(new Sink(target), null);
      out.writeArrayStart();
      out.setItemCount(ranges.size());
      for (Range range : ranges) {
        out.startItem();
        encode(range, out);
      }
      out.writeArrayEnd();
      out.writeArrayStart();
      out.setItemCount(events.size());
      for (Event event : events) {
        out.startItem();
        encode(event, out);
      }
      out.writeArrayEnd();
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException("a buffer has no I/O", impossible);
    }
  }

  private static void encode(Range range, BinaryEncoder out) throws IOException {
    out.writeInt(range.incarnation());
    out.writeInt(range.partition());
    out.writeLong(range.from());
    out.writeLong(range.next());
    out.writeInt(range.leaderEpoch());
  }

  private static void encode(Event event, BinaryEncoder out) throws IOException {
    out.writeString(event.path());
    out.writeInt(event.version().incarnation());
    out.writeInt(event.partition());
    out.writeLong(event.version().offset());
    out.writeLong(event.timestamp());
    out.writeEnum(event.op().ordinal());
    out.writeLong(event.position());
    out.writeIndex(event.upload().isPresent() ? UPLOAD : NO_UPLOAD);
    if (event.upload().isPresent()) {
      out.writeString(event.upload().get());
    }
    out.writeArrayStart();
    out.setItemCount(event.shards().size());
    for (Shard shard : event.shards()) {
      out.startItem();
      out.writeString(shard.segment());
      out.writeLong(shard.position());
      out.writeInt(shard.length());
      out.writeInt(shard.crc32c());
    }
    out.writeArrayEnd();
  }

  /**
   * Reads the ranges, and of the events those that are wanted.
   *
   * @return how many events there are; empty if the block was passed over
   */
  static OptionalInt decode(
      ByteBuffer payload, EventFilter wanted, List<Range> ranges, List<Event> events)
      throws IOException {
    AvroCursor in = new AvroCursor(payload);
    for (long n = in.items(); n > 0; n = in.items()) {
      for (long i = 0; i < n; i++) {
        ranges.add(
            new Range(
                in.smallNumber(), in.smallNumber(), in.number(), in.number(), in.smallNumber()));
      }
    }
    if (!wanted.wantsBlock(ranges)) {
      return OptionalInt.empty();
    }
    Decoder decoder = new Decoder(in, wanted);
    int count = 0;
    for (long n = in.items(); n > 0; n = in.items()) {
      for (long i = 0; i < n; i++) {
        Event event = decoder.next();
        if (event != null) {
          events.add(event);
        }
        count++;
      }
    }
    return OptionalInt.of(count);
  }

  /** Reads events one after the other. */
  private static final class Decoder {
    private final AvroCursor in;
    private final EventFilter wanted;
    private String segment = "";
    private int segmentStart;
    private int segmentEnd;

    private Decoder(AvroCursor in, EventFilter wanted) {
      this.in = in;
      this.wanted = wanted;
    }

    /** Null for an event that is not wanted. */
    private Event next() throws IOException {
      int length = in.skipText();
      int pathEnd = in.at();
      if (!wanted.wantsPath(in.bytes(), pathEnd - length, pathEnd)) {
        in.skipNumbers(NUMBERS_AFTER_PATH);
        skipUploadAndShards();
        return null;
      }
      int incarnation = in.smallNumber();
      int partition = in.smallNumber();
      long offset = in.number();
      long timestamp = in.number();
      Op op = OPS[in.smallNumber()];
      long position = in.number();
      if (!wanted.wantsVersion(incarnation, partition, offset)) {
        skipUploadAndShards();
        return null;
      }
      String path = new String(in.bytes(), pathEnd - length, length, StandardCharsets.UTF_8);
      Optional<String> upload =
          in.smallNumber() == UPLOAD ? Optional.of(in.text()) : Optional.empty();
      Version version = new Version(incarnation, offset);
      return new Event(path, version, partition, timestamp, op, position, upload, shards());
    }

    private List<Shard> shards() throws IOException {
      List<Shard> shards = new ArrayList<>(1);
      for (long n = in.items(); n > 0; n = in.items()) {
        for (long i = 0; i < n; i++) {
          shards.add(new Shard(segment(), in.number(), in.smallNumber(), in.smallNumber()));
        }
      }
      return shards;
    }

    /** Neighbours mostly share a segment: its id is made once. */
    private String segment() throws IOException {
      int length = in.skipText();
      int start = in.at() - length;
      if (!Arrays.equals(in.bytes(), segmentStart, segmentEnd, in.bytes(), start, in.at())) {
        segmentStart = start;
        segmentEnd = in.at();
        segment = new String(in.bytes(), start, length, StandardCharsets.UTF_8);
      }
      return segment;
    }

    private void skipUploadAndShards() throws IOException {
      if (in.smallNumber() == UPLOAD) {
        in.skipText();
      }
      for (long n = in.items(); n > 0; n = in.items()) {
        for (long i = 0; i < n; i++) {
          in.skipText();
          in.skipNumbers(NUMBERS_OF_SHARD);
        }
      }
    }
  }

  /** Lets Avro write into a buffer. */
  private static final class Sink extends OutputStream {
    private final ByteBuffer target;

    Sink(ByteBuffer target) {
      this.target = target;
    }

    @Override
    public void write(int b) {
      target.put((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      target.put(bytes, offset, length);
    }
  }
}
