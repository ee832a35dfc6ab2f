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
import java.util.List;
import java.util.Optional;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
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

  static void decode(ByteBuffer payload, List<Range> ranges, List<Event> events)
      throws IOException {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    BinaryDecoder in = DecoderFactory.get().binaryDecoder(bytes, null);
    String last = "";
    for (long n = in.readArrayStart(); n > 0; n = in.arrayNext()) {
      for (long i = 0; i < n; i++) {
        ranges.add(
            new Range(in.readInt(), in.readInt(), in.readLong(), in.readLong(), in.readInt()));
      }
    }
    Strings strings = new Strings(in, bytes.length);
    for (long n = in.readArrayStart(); n > 0; n = in.arrayNext()) {
      for (long i = 0; i < n; i++) {
        Event event = event(in, strings, last);
        last = event.shards().isEmpty() ? last : event.shards().get(0).segment();
        events.add(event);
      }
    }
  }

  private static Event event(BinaryDecoder in, Strings strings, String lastSegment)
      throws IOException {
    String path = strings.next();
    int incarnation = in.readInt();
    int partition = in.readInt();
    long offset = in.readLong();
    long timestamp = in.readLong();
    Op op = OPS[in.readEnum()];
    long position = in.readLong();
    Optional<String> upload =
        in.readIndex() == UPLOAD ? Optional.of(strings.next()) : Optional.empty();
    List<Shard> shards = new ArrayList<>(1);
    for (long n = in.readArrayStart(); n > 0; n = in.arrayNext()) {
      for (long i = 0; i < n; i++) {
        String segment = strings.next();
        // Neighbours mostly share a segment: keep one copy of its id.
        segment = segment.equals(lastSegment) ? lastSegment : segment;
        shards.add(new Shard(segment, in.readLong(), in.readInt(), in.readInt()));
      }
    }
    return new Event(
        path, new Version(incarnation, offset), partition, timestamp, op, position, upload, shards);
  }

  /** Reads strings that are no longer than the payload: Avro makes room for any length it reads. */
  private record Strings(BinaryDecoder in, int most) {
    String next() throws IOException {
      long length = in.readLong();
      if (length < 0 || length > most) {
        throw new IOException("a string of %d bytes in %d".formatted(length, most));
      }
      byte[] bytes = new byte[(int) length];
      in.readFixed(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
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
