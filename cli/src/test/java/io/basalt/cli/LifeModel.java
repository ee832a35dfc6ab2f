package io.basalt.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes random files and knows what each held at any position of the write topic. It remembers
 * what was written by a seed, not by its bytes, so it can follow a store for hours. Safe for
 * several threads: while a batch is under way, questions wait for its end, so that whatever a root
 * shows is known.
 */
final class LifeModel {
  private static final int PATHS = 200;
  private static final int LARGEST = 256 << 10;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Random random;
  private final Map<String, History> histories = new TreeMap<>();
  private final Map<Integer, Long> ends = new HashMap<>();
  private long uploads;
  private long leftUploads;
  private long records;

  private enum Kind {
    PUT,
    WRITE,
    APPEND,
    TRUNCATE,
    DELETE
  }

  /** A change of a file; where its record stands is known once it was sent. */
  private record Change(Kind kind, int at, int length, long seed) {
    private byte[] bytes() {
      byte[] bytes = new byte[length];
      new Random(seed).nextBytes(bytes);
      return bytes;
    }
  }

  private record Placed(long offset, Change change) {}

  private record History(int partition, List<Placed> changes) {}

  private record Sent(String path, Change change, Future<RecordMetadata> record) {}

  LifeModel(Producer<byte[], byte[]> producer, String topic, long seed) {
    this.producer = producer;
    this.topic = topic;
    this.random = new Random(seed);
  }

  /** Writes a few random records and waits until the topic has them. */
  synchronized void write(int count) throws InterruptedException, ExecutionException {
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sent.add(next());
    }
    producer.flush();
    for (Sent each : sent) {
      RecordMetadata record = each.record().get();
      ends.merge(record.partition(), record.offset() + 1, Math::max);
      histories
          .computeIfAbsent(each.path(), path -> new History(record.partition(), new ArrayList<>()))
          .changes()
          .add(new Placed(record.offset(), each.change()));
    }
  }

  private Sent next() {
    String path = "/dir-%d/file-%03d".formatted(random.nextInt(5), random.nextInt(PATHS));
    long seed = random.nextLong();
    int kind = random.nextInt(100);
    if (kind < 40) {
      return send(path, new Change(Kind.PUT, 0, size(), seed));
    } else if (kind < 60) {
      return send(path, new Change(Kind.WRITE, random.nextInt(64 << 10), size() / 8, seed));
    } else if (kind < 75) {
      return send(path, new Change(Kind.APPEND, 0, size() / 8, seed));
    } else if (kind < 82) {
      return send(path, new Change(Kind.TRUNCATE, random.nextInt(64 << 10), 0, seed));
    } else if (kind < 90) {
      return send(path, new Change(Kind.DELETE, 0, 0, seed));
    }
    return upload(path, new Change(Kind.PUT, 0, size() + 3, seed), kind < 98);
  }

  /** Mostly small, now and then large. */
  private int size() {
    return random.nextInt(random.nextInt(20) == 0 ? LARGEST : 16 << 10);
  }

  private Sent send(String path, Change change) {
    return switch (change.kind()) {
      case PUT -> sent(path, change, change.bytes());
      case WRITE -> sent(path, change, change.bytes(), "op", "write", "offset", "" + change.at());
      case APPEND -> sent(path, change, change.bytes(), "op", "append");
      case TRUNCATE -> sent(path, change, null, "op", "truncate", "size", "" + change.at());
      case DELETE -> sent(path, change, null);
    };
  }

  /** In three parts; one that is not published changes nothing, and is left behind. */
  private Sent upload(String path, Change change, boolean published) {
    String id = "u" + uploads++;
    byte[] bytes = change.bytes();
    int third = bytes.length / 3;
    int[] cuts = {0, third, 2 * third, bytes.length};
    for (int part = 0; part < 3; part++) {
      byte[] content = Arrays.copyOfRange(bytes, cuts[part], cuts[part + 1]);
      sent(path, change, content, "op", "write", "offset", "" + cuts[part], "upload", id);
    }
    leftUploads += published ? 0 : 1;
    return published
        ? sent(path, change, null, "op", "publish", "upload", id, "size", "" + bytes.length)
        : send(path, new Change(Kind.APPEND, 0, 1, change.seed()));
  }

  private Sent sent(String path, Change change, byte[] value, String... headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, path.getBytes(UTF_8), value);
    for (int i = 0; i < headers.length; i += 2) {
      record.headers().add(headers[i], headers[i + 1].getBytes(US_ASCII));
    }
    records++;
    return new Sent(path, change, producer.send(record));
  }

  /** Uploads that were begun and left behind. */
  synchronized long leftUploads() {
    return leftUploads;
  }

  /** Records so far. */
  synchronized long records() {
    return records;
  }

  /** How many records of the topic these positions, by partition, lack. */
  synchronized long lag(Map<Integer, Long> positions) {
    return ends.entrySet().stream()
        .mapToLong(end -> end.getValue() - positions.getOrDefault(end.getKey(), 0L))
        .filter(behind -> behind > 0)
        .sum();
  }

  /** All files once everything before these positions, by partition, is applied. */
  synchronized Map<String, byte[]> files(Map<Integer, Long> positions) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    histories.forEach(
        (path, history) -> {
          byte[] file = file(history.changes(), positions.getOrDefault(history.partition(), 0L));
          if (file != null) {
            files.put(path, file);
          }
        });
    return files;
  }

  /** Null if there is none. */
  private static byte[] file(List<Placed> changes, long next) {
    int end = changes.size();
    while (end > 0 && changes.get(end - 1).offset() >= next) {
      end--;
    }
    int start = end;
    while (start > 0 && !replaces(changes.get(start - 1).change().kind())) {
      start--;
    }
    byte[] file = null;
    for (Placed placed : changes.subList(Math.max(0, start - 1), end)) {
      file = apply(placed.change(), file);
    }
    return file;
  }

  private static boolean replaces(Kind kind) {
    return kind == Kind.PUT || kind == Kind.DELETE;
  }

  private static byte[] apply(Change change, byte[] before) {
    byte[] file = before == null ? new byte[0] : before;
    return switch (change.kind()) {
      case PUT -> change.bytes();
      case DELETE -> null;
      case TRUNCATE -> Arrays.copyOf(file, change.at());
      case WRITE -> overlay(file, change.at(), change.bytes());
      case APPEND -> overlay(file, file.length, change.bytes());
    };
  }

  private static byte[] overlay(byte[] file, int at, byte[] bytes) {
    if (bytes.length == 0) {
      return file;
    }
    byte[] after = Arrays.copyOf(file, Math.max(file.length, at + bytes.length));
    System.arraycopy(bytes, 0, after, at, bytes.length);
    return after;
  }
}
