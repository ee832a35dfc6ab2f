package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Migrations that find no room, die or sleep, with real Kafka and Flink processes. */
@Tag("soak")
@Timeout(500)
class MigrationFaultsTest {
  @TempDir Path folder;
  private RunningStore store;

  @AfterEach
  void stop() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  void aFullCapacityTierIsSaidAndEndsWithDrivesThatHaveRoom() throws Exception {
    store("16MiB", Map.of());
    store.up();
    Map<String, byte[]> files = new TreeMap<>();
    Random random = new Random(1);
    List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
    try (BasaltClient client = client()) {
      for (int i = 0; i < 80; i++) {
        byte[] bytes = new byte[3 << 20];
        random.nextBytes(bytes);
        files.put("/big/%02d".formatted(i), bytes);
      }
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        writes.add(client.put(file.getKey(), file.getValue()));
      }
      JsonNode full =
          store.await(
              "a capacity tier that is full",
              status ->
                  status
                      .path("waiting")
                      .asText()
                      .matches("SCM \\d+ % full; .*; capacity full: fewer than 3 of 6.*"));
      System.out.println("waiting: " + full.path("waiting").asText());
      assertThat(full.path("ingest").asText()).isEqualTo("running");
      assertThat(full.path("jobs").path("migrate").path("problem").asText())
          .startsWith("capacity full: fewer than 3 of 6 capacity drives have room for a strip");
      assertThat(store.run("migrate", "--dry-run").done().err()).contains("capacity full");
      assertThat(writes).anyMatch(write -> !write.isDone());

      StringBuilder added = new StringBuilder("drives:\n");
      for (int i = 6; i < 9; i++) {
        added.append(
            "  - {id: capacity-%d, tier: capacity, path: capacity-%d, enclosure: x%d, size: 512MiB}%n"
                .formatted(i, i, i));
      }
      Files.writeString(
          store.config(), Files.readString(store.config()).replace("drives:\n", added));
      for (CompletableFuture<Acknowledged> write : writes) {
        write.get(240, TimeUnit.SECONDS);
      }
    }
    assertThat(store.await("no wait", s -> s.path("waiting").isNull()).path("ingest").asText())
        .isEqualTo("running");
    assertHolds(files);
  }

  @Test
  void aMigrationThatWasKilledOrSleptWhileItsSuccessorFinishedChangesNothing() throws Exception {
    store("256MiB", Map.of("migrate", "1h", "compaction", "1h"));
    store.up();
    Map<String, byte[]> files = fill(100);

    Process killed = migrateUntilItWrites();
    killed.destroyForcibly().waitFor();

    Process asleep = migrateUntilItWrites();
    signal(asleep, "STOP");
    JsonNode successor = store.run("migrate", "--json").json();
    assertThat(successor.path("segments").asInt()).isPositive();
    signal(asleep, "CONT");
    assertThat(asleep.waitFor(120, TimeUnit.SECONDS)).isTrue();
    String told = Files.readString(folder.resolve("migrate.log"));
    System.out.println("the one that slept: " + told.lines().toList());
    // It may have been restarted for its heartbeat first, and then finds nothing to move.
    assertThat(told).containsAnyOf("ended by another", "has ended", "moved 0 segments");

    assertThat(store.run("migrate", "--json").json().path("segments").asInt()).isZero();
    assertHolds(files);
    for (JsonNode drive : store.run("drives", "--json").json()) {
      if (drive.path("tier").asText().equals("scm")) {
        assertThat(drive.path("usedBytes").asDouble() / drive.path("sizeBytes").asLong())
            .as("fill of %s", drive.path("id"))
            .isLessThan(0.8);
      }
    }
  }

  /**
   * Files grow by appends, so that one that is lost or applied twice shows; the TaskManager, in
   * which ingest and migrate run, is killed again and again.
   */
  @Test
  void nothingIsLostOrRepeatedWhileIngestAndMigrateAreKilled() throws Exception {
    store("256MiB", Map.of("migrate", "1s"));
    store.up();
    Random random = new Random(7);
    Map<String, ByteArrayOutputStream> files = new TreeMap<>();
    List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
    int kills = 0;
    int nextKill = 150;
    try (BasaltClient client = client()) {
      for (int record = 0; record < 2_400; record++) {
        byte[] bytes = new byte[random.nextInt(128 << 10)];
        random.nextBytes(bytes);
        String path = "/grows/" + random.nextInt(40);
        files.computeIfAbsent(path, any -> new ByteArrayOutputStream()).write(bytes);
        writes.add(client.append(path, bytes));
        if (record >= nextKill) {
          nextKill += 220 + random.nextInt(100);
          // Ingest has come back since the last one, and is at work.
          writes.get(Math.max(0, record - 100)).get(240, TimeUnit.SECONDS);
          JsonNode before = RunningStore.service(store.status(), "taskmanager");
          ProcessHandle.of(before.path("pid").asLong()).orElseThrow().destroyForcibly();
          kills++;
          System.out.printf(
              "kill %d after %d appends, at root %d, migrate %s%n",
              kills,
              record,
              store.status().path("root").asLong(),
              store.status().path("jobs").path("migrate"));
        }
      }
      for (CompletableFuture<Acknowledged> write : writes) {
        write.get(240, TimeUnit.SECONDS);
      }
    }
    assertThat(kills).isGreaterThanOrEqualTo(7);
    Map<String, byte[]> whole = new TreeMap<>();
    files.forEach((path, bytes) -> whole.put(path, bytes.toByteArray()));
    assertHolds(whole);
    assertThat(stripFiles()).isPositive();
    long bytes = whole.values().stream().mapToLong(file -> file.length).sum();
    System.out.printf(
        "%d appends, %d bytes, %d kills, %d strips, root %d%n",
        writes.size(), bytes, kills, stripFiles(), store.status().path("root").asLong());
  }

  /**
   * Makes a store of a small SCM. Its records are small beside its segments, which would else be
   * sealed half empty.
   */
  private void store(String capacity, Map<String, String> intervals) throws IOException {
    store =
        RunningStore.init(
            folder.resolve("store"),
            "--scm-size",
            "64MiB",
            "--capacity-size",
            capacity,
            "--erasure",
            "4+2");
    String yaml = Files.readString(store.config());
    yaml = yaml.replaceFirst("max-record: \\w+", "max-record: 128KiB");
    for (Map.Entry<String, String> job : intervals.entrySet()) {
      yaml =
          yaml.replaceFirst(
              job.getKey() + ": \\{interval: \\w+",
              job.getKey() + ": {interval: " + job.getValue());
    }
    Files.writeString(store.config(), yaml);
  }

  private BasaltClient client() {
    StoreConfig config = StoreConfigLoader.load(store.config());
    String bootstrap = store.status().path("bootstrap").asText();
    assertThat(config.kafka().bootstrap()).isEqualTo(bootstrap);
    return new BasaltClient(config.kafka(), config.maxRecord());
  }

  private Map<String, byte[]> fill(int mebibytes) throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    Random random = new Random(mebibytes);
    List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
    try (BasaltClient client = client()) {
      for (int i = 0; i < mebibytes; i++) {
        byte[] bytes = new byte[1 << 20];
        random.nextBytes(bytes);
        files.put("/f/%03d".formatted(i), bytes);
        writes.add(client.put("/f/%03d".formatted(i), bytes));
      }
      for (CompletableFuture<Acknowledged> write : writes) {
        write.get(120, TimeUnit.SECONDS);
      }
    }
    return files;
  }

  /** A migration in a process of its own that has begun to write strips. */
  private Process migrateUntilItWrites() throws Exception {
    long before = stripFiles();
    Process process =
        Commands.start(folder.resolve("migrate.log"), "migrate", "-c", store.config().toString());
    while (stripFiles() <= before) {
      assertThat(process.isAlive()).as("%s", folder.resolve("migrate.log")).isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    return process;
  }

  private long stripFiles() throws IOException {
    long count = 0;
    for (int i = 0; i < 6; i++) {
      Path strips = store.directory().resolve("capacity-" + i).resolve("stripes");
      if (Files.exists(strips)) {
        try (Stream<Path> files = Files.list(strips)) {
          count += files.count();
        }
      }
    }
    return count;
  }

  private void assertHolds(Map<String, byte[]> files) throws Exception {
    Path to = Files.createDirectories(folder.resolve("all"));
    store.run("query", "--prefix", "/", "--to", to.toString()).done();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(Files.readAllBytes(to.resolve(file.getKey().substring(1))))
          .as(file.getKey())
          .isEqualTo(file.getValue());
    }
    // A schedule that goes on moves segments away while they are verified.
    store.run("down").done();
    JsonNode verified = store.run("verify", "--json").json();
    assertThat(verified.path("problems")).isEmpty();
    assertThat(verified.path("ok").asBoolean()).isTrue();
  }

  private static void signal(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
