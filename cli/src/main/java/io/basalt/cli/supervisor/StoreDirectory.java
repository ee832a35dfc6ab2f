package io.basalt.cli.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the processes of one store keep their files: {@code .basalt} next to the configuration
 * file.
 *
 * @param config the basalt.yaml, absolute
 */
public record StoreDirectory(Path config) {
  public StoreDirectory {
    config = config.toAbsolutePath().normalize();
  }

  Path root() {
    return config.resolveSibling(".basalt");
  }

  /** What the supervisor last knew; written by it alone, replaced as a whole. */
  Path state() {
    return root().resolve("state.json");
  }

  /** Held locked by the living supervisor. */
  Path lock() {
    return root().resolve("supervisor.lock");
  }

  /** Whether ingest should run; written by the command line. */
  Path wish() {
    return root().resolve("ingest.json");
  }

  /** The arguments of a process, which also mark it: its command line is {@code java @<this>}. */
  Path arguments(String service) {
    return root().resolve("run").resolve(service + ".args");
  }

  public Path log(String service) {
    return root().resolve("logs").resolve(service + ".log");
  }

  /** What a process prints outside its log; empty but for a JVM that cannot start. */
  public Path output(String service) {
    return root().resolve("logs").resolve(service + ".out");
  }

  Path kafka() {
    return root().resolve("kafka");
  }

  Path flink() {
    return root().resolve("flink");
  }

  /** Makes the directories that exist from the first {@code up} on. */
  void create() {
    try {
      for (String name : new String[] {"run", "logs", "kafka", "flink/conf", "flink/tmp"}) {
        Files.createDirectories(root().resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + root() + ": " + e.getMessage(), e);
    }
  }
}
