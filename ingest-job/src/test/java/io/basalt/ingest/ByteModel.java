package io.basalt.ingest;

import io.basalt.kafka.WriteRecord.Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The contract's effects on plain byte arrays, and random write records over a few paths. */
final class ByteModel {
  private static final int MAX_SIZE = 20_000;

  /** A record to produce. */
  @SuppressWarnings("ArrayRecordComponent")
  record Step(String path, byte[] value, List<Header> headers) {}

  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Map<String, TreeMap<Integer, byte[]>>> uploads = new HashMap<>();
  private final Random random;
  private final int paths;
  private int rejects;

  ByteModel(long seed, int paths) {
    this.random = new Random(seed);
    this.paths = paths;
  }

  Map<String, byte[]> files() {
    return files;
  }

  /** Records that the contract rejects. */
  int rejects() {
    return rejects;
  }

  /** A random record; its effect is applied here at once. */
  Step next() {
    String path = "/dir-" + random.nextInt(3) + "/file-" + random.nextInt(paths);
    int kind = random.nextInt(100);
    if (kind < 25) {
      byte[] value = bytes(random.nextInt(3_000));
      files.put(path, value);
      return new Step(path, value, random.nextBoolean() ? List.of() : op("put"));
    } else if (kind < 45) {
      int offset = random.nextInt(6_000);
      byte[] value = bytes(random.nextInt(2_000));
      overlay(path, offset, value);
      return new Step(path, value, op("write", "offset", "" + offset));
    } else if (kind < 60) {
      byte[] value = bytes(random.nextInt(1_000));
      overlay(path, files.getOrDefault(path, new byte[0]).length, value);
      return new Step(path, value, op("append"));
    } else if (kind < 70) {
      int size = random.nextInt(8_000);
      files.put(path, Arrays.copyOf(files.getOrDefault(path, new byte[0]), size));
      return new Step(path, null, op("truncate", "size", "" + size));
    } else if (kind < 78) {
      files.remove(path);
      return new Step(path, null, random.nextBoolean() ? List.of() : op("delete"));
    } else if (kind < 90) {
      return part(path, "u" + random.nextInt(2));
    } else if (kind < 97) {
      return publish(path, "u" + random.nextInt(2));
    }
    rejects++;
    return new Step(path, bytes(5), op("write", "offset", "-1"));
  }

  private Step part(String path, String upload) {
    TreeMap<Integer, byte[]> parts =
        uploads
            .computeIfAbsent(path, p -> new HashMap<>())
            .computeIfAbsent(upload, u -> new TreeMap<>());
    int end = parts.isEmpty() ? 0 : parts.lastKey() + parts.lastEntry().getValue().length;
    byte[] value = bytes(1 + random.nextInt(700));
    // Now and then a part leaves a gap, which makes the publish a bad record.
    int offset = random.nextInt(10) == 0 ? end + 5 : end;
    parts.put(offset, value);
    return new Step(path, value, op("write", "offset", "" + offset, "upload", upload));
  }

  private Step publish(String path, String upload) {
    TreeMap<Integer, byte[]> parts =
        uploads.getOrDefault(path, Map.of()).getOrDefault(upload, new TreeMap<>());
    byte[] whole = whole(parts);
    boolean wrongSize = whole != null && random.nextInt(5) == 0;
    if (whole == null || wrongSize) {
      rejects++;
    } else {
      files.put(path, whole);
      parts.clear();
    }
    List<Header> headers =
        wrongSize
            ? op("publish", "upload", upload, "size", "" + (whole.length + 1))
            : op("publish", "upload", upload);
    return new Step(path, null, headers);
  }

  /** The parts put together, or null if they are no whole. */
  private static byte[] whole(TreeMap<Integer, byte[]> parts) {
    if (parts.isEmpty()) {
      return null;
    }
    byte[] whole = new byte[0];
    for (Map.Entry<Integer, byte[]> part : parts.entrySet()) {
      if (part.getKey() != whole.length) {
        return null;
      }
      int end = whole.length;
      whole = Arrays.copyOf(whole, end + part.getValue().length);
      System.arraycopy(part.getValue(), 0, whole, end, part.getValue().length);
    }
    return whole;
  }

  private void overlay(String path, int offset, byte[] value) {
    byte[] before = files.getOrDefault(path, new byte[0]);
    byte[] after = before;
    if (value.length > 0) {
      after = Arrays.copyOf(before, Math.max(before.length, offset + value.length));
      System.arraycopy(value, 0, after, offset, value.length);
    }
    files.put(path, after);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[Math.min(length, MAX_SIZE)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static List<Header> op(String op, String... more) {
    List<Header> headers = new ArrayList<>();
    headers.add(Header.of("op", op));
    for (int i = 0; i < more.length; i += 2) {
      headers.add(Header.of(more[i], more[i + 1]));
    }
    return headers;
  }
}
