package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.basalt.ingest.ByteModel.Step;
import io.basalt.kafka.WriteRecord.Header;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Random write records over a few paths, and the model that has applied each of them. */
final class RandomSteps {
  static final int MAX_RECORD = 64 << 10;
  static final int MAX_FILE_SIZE = 1 << 20;

  private static final String[] OPS = {
    "put", "delete", "write", "append", "truncate", "publish", "PUT", "x", ""
  };
  private static final String[] NAMES = {"op", "offset", "size", "upload", "trace", "", "Op"};
  private static final String[] NUMBERS = {
    "0",
    "1",
    "007",
    "300",
    "-1",
    "" + MAX_FILE_SIZE,
    "" + (MAX_FILE_SIZE + 1),
    "1e3",
    "+1",
    "0x10",
    "9223372036854775808",
    " 1"
  };

  private final Random random;
  private final int paths;
  private final int below;
  private final ByteModel model;
  // An upload that cannot become a whole is left behind.
  private final Map<String, Integer> publishes = new HashMap<>();
  private int partitions = 4;

  RandomSteps(long seed, int paths) {
    this(seed, paths, 3_000);
  }

  /** Values have less than so many bytes. */
  RandomSteps(long seed, int paths, int below) {
    this.random = new Random(seed);
    this.paths = paths;
    this.below = below;
    this.model = new ByteModel(partitions, MAX_RECORD, MAX_FILE_SIZE);
  }

  ByteModel model() {
    return model;
  }

  /** Records are placed in a topic of so many partitions from now on. */
  void partitions(int partitions) {
    this.partitions = partitions;
    model.partitions(partitions);
  }

  /** A record that a well-behaved client may send; one in thirty is bad. */
  Step next() {
    String path = "/dir-" + random.nextInt(3) + "/file-" + random.nextInt(paths);
    String upload = "u" + (publishes.getOrDefault(path, 0) + random.nextInt(2));
    int kind = random.nextInt(100);
    if (kind < 25) {
      return applied(path, bytes(below), random.nextBoolean() ? List.of() : headers("op", "put"));
    } else if (kind < 45) {
      return applied(path, bytes(below), write(random.nextInt(2 * below)));
    } else if (kind < 60) {
      return applied(path, bytes(below / 3), headers("op", "append"));
    } else if (kind < 70) {
      return applied(path, null, headers("op", "truncate", "size", "" + random.nextInt(2 * below)));
    } else if (kind < 78) {
      return applied(path, null, random.nextBoolean() ? List.of() : headers("op", "delete"));
    } else if (kind < 90) {
      int end = model.pendingBytes(path, upload);
      // Now and then a part leaves a gap, which makes the publish a bad record.
      int offset = random.nextInt(10) == 0 ? end + 5 : end;
      return applied(
          path, bytes(below / 4), headers("op", "write", "offset", "" + offset, "upload", upload));
    } else if (kind < 97) {
      publishes.merge(path, 1, Integer::sum);
      int size = model.pendingBytes(path, upload) + (random.nextInt(5) == 0 ? 1 : 0);
      return applied(
          path,
          null,
          random.nextBoolean()
              ? headers("op", "publish", "upload", upload)
              : headers("op", "publish", "upload", upload, "size", "" + size));
    }
    return applied(path, bytes(5), write(-1));
  }

  /** A record that may hold anything. */
  Step fuzzed() {
    byte[] key = key();
    boolean anywhere = key == null || random.nextInt(20) == 0;
    List<Header> headers = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      headers.add(header());
    }
    byte[] value =
        switch (random.nextInt(1_000)) {
          case 0 -> new byte[MAX_RECORD];
          case 1 -> new byte[MAX_RECORD + 1];
          default -> random.nextInt(4) == 0 ? null : bytes(100);
        };
    return applied(
        new Step(
            anywhere
                ? random.nextInt(partitions)
                : BuiltInPartitioner.partitionForKey(key, partitions),
            key,
            value,
            headers));
  }

  private byte[] key() {
    return switch (random.nextInt(40)) {
      case 0 -> null;
      case 1 -> bytes(64);
      case 2 -> ("/" + "a".repeat(4_080 + random.nextInt(30))).getBytes(UTF_8);
      case 3 -> ("/a/" + ".".repeat(random.nextInt(4))).getBytes(UTF_8);
      case 4 -> ("/é\u0001\uD83D\uDE00 " + random.nextInt(3)).getBytes(UTF_8);
      default -> ("/f" + random.nextInt(paths)).getBytes(UTF_8);
    };
  }

  private Header header() {
    String name = NAMES[random.nextInt(NAMES.length)];
    return switch (random.nextInt(14)) {
      case 0 -> new Header(name, null);
      case 1 -> new Header(name, bytes(300));
      default -> Header.of(name, text(name));
    };
  }

  private String text(String name) {
    return switch (name) {
      case "op" -> OPS[random.nextInt(OPS.length)];
      case "offset", "size" -> NUMBERS[random.nextInt(NUMBERS.length)];
      default -> "u".repeat(random.nextInt(50) == 0 ? 129 : 1 + random.nextInt(2));
    };
  }

  private Step applied(String path, byte[] value, List<Header> headers) {
    byte[] key = path.getBytes(UTF_8);
    return applied(
        new Step(BuiltInPartitioner.partitionForKey(key, partitions), key, value, headers));
  }

  private Step applied(Step step) {
    model.apply(step);
    return step;
  }

  private static List<Header> write(int offset) {
    return headers("op", "write", "offset", "" + offset);
  }

  private static List<Header> headers(String... pairs) {
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.add(Header.of(pairs[i], pairs[i + 1]));
    }
    return headers;
  }

  private byte[] bytes(int below) {
    byte[] bytes = new byte[random.nextInt(below)];
    random.nextBytes(bytes);
    return bytes;
  }
}
