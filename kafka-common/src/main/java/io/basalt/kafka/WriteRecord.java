package io.basalt.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One Kafka record of the write topic, as it was read: a change to one file, not yet checked. The
 * arrays are Kafka's own and are not changed by anyone.
 *
 * @param leaderEpoch leader epoch of the record, or -1
 * @param timestamp milliseconds since the epoch, or -1
 * @param key the path, or null
 * @param value the bytes, or null
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copying payload would cost a pass
public record WriteRecord(
    int partition,
    long offset,
    int leaderEpoch,
    long timestamp,
    byte[] key,
    byte[] value,
    List<Header> headers) {

  public WriteRecord {
    headers = List.copyOf(headers);
  }

  /** A Kafka header; the value may be null. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Header(String name, byte[] value) {
    public static Header of(String name, String value) {
      return new Header(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The same record without Kafka's types around it. */
  public static WriteRecord of(ConsumerRecord<byte[], byte[]> kafka) {
    List<Header> headers = new ArrayList<>();
    kafka.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
    return new WriteRecord(
        kafka.partition(),
        kafka.offset(),
        kafka.leaderEpoch().orElse(-1),
        kafka.timestamp(),
        kafka.key(),
        kafka.value(),
        headers);
  }

  /** Bytes of the value; 0 where it is null. */
  public int payloadBytes() {
    return value == null ? 0 : value.length;
  }
}
