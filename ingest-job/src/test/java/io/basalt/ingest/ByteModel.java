package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.basalt.kafka.WriteRecord.Header;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * The contract with Kafka on plain byte arrays: what each write record does to the files, or that
 * it does nothing. Written from the contract's words, apart from the code that it judges.
 */
final class ByteModel {
  private static final Map<String, Set<String>> HEADERS_OF =
      Map.of(
          "put", Set.of(),
          "delete", Set.of(),
          "append", Set.of(),
          "write", Set.of("offset", "upload"),
          "truncate", Set.of("size"),
          "publish", Set.of("upload", "size"));
  private static final Set<String> KNOWN = Set.of("op", "offset", "size", "upload");
  private static final Pattern PATH = Pattern.compile("(/(?!\\.{0,2}(/|\\z))[^/\\x00]+)+");

  /** A record to produce. */
  @SuppressWarnings("ArrayRecordComponent")
  record Step(int partition, byte[] key, byte[] value, List<Header> headers) {}

  @SuppressWarnings("ArrayRecordComponent")
  private record Part(int offset, byte[] bytes) {}

  private int partitions;
  private final int maxRecord;
  private final int maxFileSize;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, List<Part>> uploads = new HashMap<>();
  private int rejects;

  ByteModel(int partitions, int maxRecord, int maxFileSize) {
    this.partitions = partitions;
    this.maxRecord = maxRecord;
    this.maxFileSize = maxFileSize;
  }

  Map<String, byte[]> files() {
    return files;
  }

  void partitions(int partitions) {
    this.partitions = partitions;
  }

  /** Records so far that the contract rejects. */
  int rejects() {
    return rejects;
  }

  /** Bytes of the parts so far of an upload that are not published. */
  int pendingBytes(String path, String upload) {
    return parts(path, upload).stream()
        .mapToInt(p -> p.offset() + p.bytes().length)
        .max()
        .orElse(0);
  }

  /** Applies a record, which comes after all the earlier ones of its path. */
  void apply(Step step) {
    if (!applies(step)) {
      rejects++;
    }
  }

  private boolean applies(Step step) {
    byte[] value = step.value();
    Map<String, String> headers = new HashMap<>();
    if (!isPlaced(step)
        || (value != null && value.length > maxRecord)
        || !readHeaders(step.headers(), headers)) {
      return false;
    }
    String path = new String(step.key(), UTF_8);
    String op = headers.getOrDefault("op", value == null ? "delete" : "put");
    headers.remove("op");
    if (!HEADERS_OF.containsKey(op) || !HEADERS_OF.get(op).containsAll(headers.keySet())) {
      return false;
    }
    boolean takesValue = Set.of("put", "write", "append").contains(op);
    if (takesValue ? value == null : value != null && value.length > 0) {
      return false;
    }
    int offset = number(headers.get("offset"));
    int size = number(headers.get("size"));
    String upload = headers.get("upload");
    if (upload != null && upload.length() > 128) {
      return false;
    }
    switch (op) {
      case "put" -> files.put(path, value);
      case "delete" -> files.remove(path);
      case "append" -> overlay(path, files.getOrDefault(path, new byte[0]).length, value);
      case "truncate" -> {
        if (size < 0) {
          return false;
        }
        files.put(path, Arrays.copyOf(files.getOrDefault(path, new byte[0]), size));
      }
      case "write" -> {
        if (offset < 0 || offset + value.length > maxFileSize) {
          return false;
        }
        if (upload == null) {
          overlay(path, offset, value);
        } else {
          parts(path, upload).add(new Part(offset, value));
        }
      }
      default -> {
        return upload != null
            && (!headers.containsKey("size") || size >= 0)
            && publish(path, upload, size);
      }
    }
    return true;
  }

  private boolean isPlaced(Step step) {
    byte[] key = step.key();
    if (key == null || key.length > 4096) {
      return false;
    }
    try {
      return PATH.matcher(UTF_8.newDecoder().decode(ByteBuffer.wrap(key))).matches()
          && step.partition() == BuiltInPartitioner.partitionForKey(key, partitions);
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean readHeaders(List<Header> from, Map<String, String> headers) {
    for (Header header : from) {
      if (KNOWN.contains(header.name())) {
        String text = header.value() == null ? "" : new String(header.value(), US_ASCII);
        if (!text.matches("[!-~]+") || headers.put(header.name(), text) != null) {
          return false;
        }
      }
    }
    return true;
  }

  /** The number that a header says, or -1 if it says none within the largest file. */
  private int number(String text) {
    if (text == null || !text.matches("0*[0-9]{1,9}")) {
      return -1;
    }
    int number = Integer.parseInt(text.replaceFirst("^0+(?=.)", ""));
    return number <= maxFileSize ? number : -1;
  }

  private List<Part> parts(String path, String upload) {
    return uploads.computeIfAbsent(path + '\0' + upload, key -> new ArrayList<>());
  }

  private boolean publish(String path, String upload, int size) {
    List<Part> parts = parts(path, upload);
    byte[] whole = whole(parts);
    if (whole == null || (size >= 0 && size != whole.length)) {
      return false;
    }
    files.put(path, whole);
    parts.clear();
    return true;
  }

  /** The parts put together, or null if they are no whole; a range sent again counts once. */
  private static byte[] whole(List<Part> parts) {
    TreeMap<Long, Part> last = new TreeMap<>();
    parts.forEach(part -> last.put(((long) part.offset() << 32) + part.bytes().length, part));
    byte[] whole = new byte[0];
    for (Part part : last.values()) {
      int end = whole.length;
      if (part.offset() != end) {
        return null;
      }
      whole = Arrays.copyOf(whole, end + part.bytes().length);
      System.arraycopy(part.bytes(), 0, whole, end, part.bytes().length);
    }
    return parts.isEmpty() ? null : whole;
  }

  private void overlay(String path, int offset, byte[] value) {
    byte[] after = files.getOrDefault(path, new byte[0]);
    if (value.length > 0) {
      after = Arrays.copyOf(after, Math.max(after.length, offset + value.length));
      System.arraycopy(value, 0, after, offset, value.length);
    }
    files.put(path, after);
  }
}
