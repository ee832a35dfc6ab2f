package io.basalt.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A store that {@code init} made and {@code up} runs: real Kafka and Flink processes. */
final class RunningStore implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Path directory;
  private final Outcome init;
  private Outcome up;

  private RunningStore(Path directory, Outcome init) {
    this.directory = directory;
    this.init = init;
  }

  /** Makes a store; nothing runs yet. */
  static RunningStore init(Path directory, String... options) {
    List<String> arguments = new ArrayList<>(List.of("init", directory.toString()));
    arguments.addAll(List.of(options));
    return new RunningStore(directory, Commands.run(arguments.toArray(String[]::new)).done());
  }

  /** Makes a store and starts it. */
  static RunningStore start(Path directory, String... options) {
    RunningStore store = init(directory, options);
    store.up();
    return store;
  }

  void up() {
    try {
      up = run("up").done();
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  Path directory() {
    return directory;
  }

  Path config() {
    return directory.resolve("basalt.yaml");
  }

  /** What {@code init} said. */
  Outcome initOutcome() {
    return init;
  }

  /** What {@code up} said. */
  Outcome upOutcome() {
    return up;
  }

  /** A command on this store. */
  Outcome run(String... arguments) {
    return Commands.run(withConfig(arguments));
  }

  /** A command on this store in a process of its own. */
  Outcome process(byte[] input, String... arguments) throws Exception {
    return Commands.process(directory, input, withConfig(arguments));
  }

  /** Puts a file; the number of the root that has it. */
  long put(String path, byte[] bytes) throws IOException {
    Path local = Files.write(Files.createTempFile(directory, "put", ""), bytes);
    return run("put", local.toString(), path, "--json").json().path("root").asLong();
  }

  /** What a file holds. */
  String get(String path, String... options) throws IOException {
    Path local = Files.createTempFile(directory, "get", "");
    List<String> arguments = new ArrayList<>(List.of("get", path, local.toString()));
    arguments.addAll(List.of(options));
    run(arguments.toArray(String[]::new)).done();
    return Files.readString(local);
  }

  private String[] withConfig(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("-c", config().toString()));
    return all.toArray(String[]::new);
  }

  JsonNode status() {
    return run("status", "--json").json();
  }

  /** Asks until the status is as it should be. */
  JsonNode await(String what, Predicate<JsonNode> wanted) {
    return await(what, PATIENCE, wanted);
  }

  /** Asks for as long as it may take until the status is as it should be. */
  JsonNode await(String what, Duration patience, Predicate<JsonNode> wanted) {
    long end = System.nanoTime() + patience.toNanos();
    JsonNode status = status();
    while (!wanted.test(status)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for " + what + ": " + status);
      }
      LockSupport.parkNanos(LOOK_NANOS);
      status = status();
    }
    return status;
  }

  /** One of the background processes, as {@code status} names them. */
  static JsonNode service(JsonNode status, String name) {
    for (JsonNode process : status.path("processes")) {
      if (process.path("name").asText().equals(name)) {
        return process;
      }
    }
    throw new AssertionError("no process " + name + " in " + status);
  }

  @Override
  public void close() {
    run("down").done();
  }
}
