package io.basalt.kafka;

import io.basalt.kafka.Decoded.Accepted;
import io.basalt.kafka.Decoded.Rejected;
import io.basalt.kafka.WriteHeaders.Name;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.StorePath;
import io.basalt.storage.tree.Version;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * The rules of a write record, all but the one that needs the tree (whether the parts of a
 * published upload are whole). Never throws for what a record holds. Immutable; safe from any
 * thread.
 */
public final class WriteRecordDecoder {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final int incarnation;
  private final int partitions;
  private final int maxRecord;
  private final long maxFileSize;

  /**
   * @param incarnation incarnation of the topic that records come from
   * @param partitions its number of partitions
   * @param maxRecord most bytes of a value
   * @param maxFileSize most bytes of a file
   */
  public WriteRecordDecoder(int incarnation, int partitions, int maxRecord, long maxFileSize) {
    if (incarnation < 1 || partitions < 1 || maxRecord < 1 || maxFileSize < 1) {
      throw new IllegalArgumentException(
          "decoder of incarnation %d, %d partitions, max-record %d, max-file-size %d"
              .formatted(incarnation, partitions, maxRecord, maxFileSize));
    }
    this.incarnation = incarnation;
    this.partitions = partitions;
    this.maxRecord = maxRecord;
    this.maxFileSize = maxFileSize;
  }

  /** The partition of a key, as the Java client's default partitioner places it. */
  public static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  public Decoded decode(WriteRecord record) {
    try {
      return accept(record);
    } catch (BadRecordException e) {
      return new Rejected(e.getMessage());
    }
  }

  private Accepted accept(WriteRecord record) throws BadRecordException {
    String path = path(record);
    if (record.payloadBytes() > maxRecord) {
      throw new BadRecordException(
          "value has %d bytes; max-record is %d".formatted(record.payloadBytes(), maxRecord));
    }
    WriteHeaders headers = WriteHeaders.of(record.headers());
    String op = headers.op().orElse(record.value() == null ? "delete" : "put");
    return switch (op) {
      case "put" -> put(record, path, headers);
      case "delete" -> delete(record, path, headers);
      case "write" -> write(record, path, headers);
      case "append" -> append(record, path, headers);
      case "truncate" -> truncate(record, path, headers);
      case "publish" -> publish(record, path, headers);
      default -> throw new BadRecordException("unknown op: " + WriteHeaders.quote(op));
    };
  }

  private String path(WriteRecord record) throws BadRecordException {
    if (record.key() == null) {
      throw new BadRecordException("record has no key: it must be the path");
    }
    String path;
    try {
      path = StorePath.check(record.key());
    } catch (IllegalArgumentException e) {
      throw new BadRecordException(e.getMessage());
    }
    int expected = partition(record.key(), partitions);
    if (record.partition() != expected) {
      throw new BadRecordException(
          ("record is in partition %d, its key belongs in partition %d of %d: let the producer"
                  + " place keys by murmur2, the Java client's default"
                  + " (librdkafka: partitioner=murmur2_random)")
              .formatted(record.partition(), expected, partitions));
    }
    return path;
  }

  private Accepted put(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("put");
    return accepted(record, path, Op.PUT, 0, null, payload("put", record));
  }

  private Accepted delete(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("delete");
    noPayload("delete", record);
    return accepted(record, path, Op.DELETE, 0, null, NOTHING);
  }

  private Accepted write(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("write", Name.OFFSET, Name.UPLOAD);
    long offset = headers.number(Name.OFFSET, maxFileSize);
    ByteBuffer payload = payload("write", record);
    if (offset + payload.remaining() > maxFileSize) {
      throw new BadRecordException(
          "write ends at byte %d, past the largest file of %d bytes"
              .formatted(offset + payload.remaining(), maxFileSize));
    }
    return headers.has(Name.UPLOAD)
        ? accepted(record, path, Op.UPLOAD, offset, headers.upload(), payload)
        : accepted(record, path, Op.WRITE, offset, null, payload);
  }

  private Accepted append(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("append");
    return accepted(record, path, Op.APPEND, 0, null, payload("append", record));
  }

  private Accepted truncate(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("truncate", Name.SIZE);
    noPayload("truncate", record);
    long size = headers.number(Name.SIZE, maxFileSize);
    return accepted(record, path, Op.TRUNCATE, size, null, NOTHING);
  }

  private Accepted publish(WriteRecord record, String path, WriteHeaders headers)
      throws BadRecordException {
    headers.allow("publish", Name.UPLOAD, Name.SIZE);
    noPayload("publish", record);
    long size = headers.optionalNumber(Name.SIZE, maxFileSize).orElse(-1);
    return accepted(record, path, Op.PUBLISH, size, headers.upload(), NOTHING);
  }

  private ByteBuffer payload(String op, WriteRecord record) throws BadRecordException {
    if (record.value() == null) {
      throw new BadRecordException(
          op + " needs a value, which may be empty; a null value without op deletes");
    }
    if (record.payloadBytes() > maxFileSize) {
      throw new BadRecordException(
          "value has %d bytes, past the largest file of %d bytes"
              .formatted(record.payloadBytes(), maxFileSize));
    }
    return ByteBuffer.wrap(record.value());
  }

  // A value that nobody stores was meant for another operation: better refused than dropped.
  private static void noPayload(String op, WriteRecord record) throws BadRecordException {
    if (record.payloadBytes() > 0) {
      throw new BadRecordException(
          "%s takes no value; this one has %d bytes".formatted(op, record.payloadBytes()));
    }
  }

  private Accepted accepted(
      WriteRecord record, String path, Op op, long position, String upload, ByteBuffer payload) {
    Event event =
        new Event(
            path,
            new Version(incarnation, record.offset()),
            record.partition(),
            record.timestamp(),
            op,
            position,
            Optional.ofNullable(upload),
            List.of());
    return new Accepted(event, payload.duplicate());
  }
}
