package io.basalt.client;

import io.basalt.kafka.WriteRecordDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Write records as contract 1 wants them: the path as key, bare bytes as value, headers in ASCII.
 */
final class WriteRecords {
  private final String topic;

  WriteRecords(String topic) {
    this.topic = topic;
  }

  /** The partition is set here, so that no configured partitioner can put a path elsewhere. */
  ProducerRecord<byte[], byte[]> record(int partitions, String path, Change change) {
    byte[] key = path.getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(
        topic,
        WriteRecordDecoder.partition(key, partitions),
        null,
        key,
        change.value(),
        change.headers());
  }

  /** What a record does to its file; a null value is only that of a delete. */
  record Change(byte[] value, List<Header> headers) {
    static Change put(byte[] content) {
      return new Change(content, headers("put"));
    }

    static Change write(long offset, byte[] bytes) {
      return new Change(bytes, headers("write", "offset", offset));
    }

    static Change part(String upload, long offset, byte[] bytes) {
      return new Change(bytes, headers("write", "offset", offset, "upload", upload));
    }

    static Change publish(String upload, long size) {
      return new Change(new byte[0], headers("publish", "upload", upload, "size", size));
    }

    static Change append(byte[] bytes) {
      return new Change(bytes, headers("append"));
    }

    static Change truncate(long size) {
      return new Change(new byte[0], headers("truncate", "size", size));
    }

    static Change delete() {
      return new Change(null, headers("delete"));
    }

    int lengthBytes() {
      return value == null ? 0 : value.length;
    }

    private static List<Header> headers(String op, Object... namesAndValues) {
      List<Header> headers = new ArrayList<>();
      headers.add(header("op", op));
      for (int i = 0; i < namesAndValues.length; i += 2) {
        headers.add(header((String) namesAndValues[i], namesAndValues[i + 1]));
      }
      return headers;
    }

    private static Header header(String name, Object value) {
      return new RecordHeader(name, value.toString().getBytes(StandardCharsets.US_ASCII));
    }
  }
}
