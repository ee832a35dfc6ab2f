package io.basalt.benchmarks;

import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A new store of four SCM drives in two enclosures, and perhaps capacity drives in enclosures of
 * their own, in a directory that is removed afterwards.
 */
final class BenchmarkStore implements AutoCloseable {
  private final Path directory;
  private final StoreConfig config;

  BenchmarkStore(Path parent, String bootstrap, String topics, int gibibytes) throws Exception {
    this(parent, bootstrap, topics, gibibytes, "64MiB");
  }

  BenchmarkStore(Path parent, String bootstrap, String topics, int gibibytes, String segmentSize)
      throws Exception {
    this(parent, bootstrap, topics, gibibytes, segmentSize, 0);
  }

  BenchmarkStore(
      Path parent,
      String bootstrap,
      String topics,
      int gibibytes,
      String segmentSize,
      int capacityDrives)
      throws Exception {
    directory = Files.createDirectory(parent.resolve("store-" + UUID.randomUUID()));
    Path file = directory.resolve("basalt.yaml");
    StringBuilder yaml = new StringBuilder("store: benchmark\ndrives:\n");
    for (int i = 0; i < 4; i++) {
      yaml.append(
          "  - {id: scm-%d, tier: scm, path: scm-%d, enclosure: %s, size: %dGiB}\n"
              .formatted(i, i, i < 2 ? "a" : "b", gibibytes));
    }
    for (int i = 0; i < capacityDrives; i++) {
      yaml.append(
          "  - {id: capacity-%d, tier: capacity, path: capacity-%d, enclosure: c%d, size: %dGiB}\n"
              .formatted(i, i, i, gibibytes));
    }
    yaml.append(
        """
        segment-size: %s
        kafka:
          bootstrap: %s
          topics: {writes: %s.writes, acks: %s.acks, rejects: %s.rejects, commits: %s.commits}
        """
            .formatted(segmentSize, bootstrap, topics, topics, topics, topics));
    Files.writeString(file, yaml);
    config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, UUID.randomUUID().toString());
    try (DriveSet drives = DriveSet.open(config)) {
      StoreInitializer.create(drives, config, Clock.systemUTC());
    }
  }

  StoreConfig config() {
    return config;
  }

  Path file() {
    return config.file();
  }

  @Override
  public void close() throws IOException {
    delete(directory);
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
