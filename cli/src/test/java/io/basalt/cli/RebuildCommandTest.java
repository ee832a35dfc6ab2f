package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person loses every root, branch and run of a store, and gets all files back. */
@Tag("soak")
@Timeout(600)
class RebuildCommandTest {
  private static final long NEXT_ERA = 1_000_000_000_000L;

  @TempDir Path folder;
  private RunningStore store;
  private final Map<String, String> model = new TreeMap<>();

  @BeforeEach
  void start() throws IOException {
    store = RunningStore.init(folder.resolve("store"), "--scm-size", "64MiB", "--capacity", "6");
    // A scheduled compaction would end those that this test asks for.
    String yaml = Files.readString(store.config());
    Files.writeString(
        store.config(),
        yaml.replaceFirst("compaction: \\{interval: \\w+", "compaction: {interval: 1h"));
    store.up();
  }

  @AfterEach
  void stop() {
    store.close();
  }

  @Test
  void losesItsTreeAndGetsItBack() throws Exception {
    for (int i = 0; i < 5; i++) {
      put("/early/" + i, "early " + i);
    }
    store.run("compact").done();
    put("/early/0", "changed");
    store.run("rm", "/early/1").done();
    model.remove("/early/1");
    put("/late", "late");
    assertThat(store.run("rebuild").failure()).startsWith("ingest runs: stop it first with");
    store.run("ingest", "--stop").done();
    assertThat(store.run("rebuild").failure()).contains("can be read", "--force");
    loseTree();
    assertThat(store.run("ls", "/").failure()).contains("no root");

    JsonNode plan = store.run("rebuild", "--dry-run", "--json").json();
    assertThat(plan.path("copy").asLong()).isPositive();
    assertThat(plan.path("files").asLong()).isEqualTo(model.size());
    assertThat(plan.path("partial").asBoolean()).isFalse();
    assertThat(plan.path("root").isNull()).isTrue();
    assertThat(store.run("ls", "/").failure()).contains("no root");

    JsonNode done = store.run("rebuild", "--json").json();
    assertThat(done.path("root").asLong()).isEqualTo(NEXT_ERA);
    assertThat(done.path("lost")).isEmpty();
    assertThat(done.path("gaps")).isEmpty();
    assertSame();
    assertThat(store.run("rebuild").failure()).contains("root " + NEXT_ERA + " can be read");

    startIngest();
    put("/after", "after");
    put("/early/0", "changed again");
    store.run("compact").done();
    assertSame();
    assertThat(store.run("verify", "--json").json().path("problems")).isEmpty();
  }

  /** What lies behind a gap on the drives is still in Kafka, and ingest reads it again. */
  @Test
  void ingestGoesOnBehindAGap() throws Exception {
    putAll("early");
    store.run("compact").done();
    // Another ingest writes to segments of its own.
    store.run("ingest", "--stop").done();
    Set<Path> before = segments();
    startIngest();
    putAll("gap");
    store.run("ingest", "--stop").done();
    Set<Path> lost = segments();
    lost.removeAll(before);
    assertThat(lost).isNotEmpty();
    startIngest();
    putAll("past");
    store.run("ingest", "--stop").done();
    for (Path segment : lost) {
      Files.deleteIfExists(segment);
    }
    loseTree();

    JsonNode plan = store.run("rebuild", "--dry-run", "--json").json();
    assertThat(plan.path("gaps")).isNotEmpty();
    assertThat(plan.path("files").asLong()).isLessThan(model.size());
    assertThat(store.run("rebuild").failure()).contains("not all can be restored");
    JsonNode done = store.run("rebuild", "--accept-loss", "--json").json();
    assertThat(done.path("gaps")).isEqualTo(plan.path("gaps"));
    startIngest();
    store.await("the records behind the gap", status -> status.path("lag").asLong(-1) == 0);
    put("/after", "after");
    assertSame();
    store.run("compact").done();
    assertSame();
    assertThat(store.run("verify", "--json").json().path("problems")).isEmpty();
  }

  private void putAll(String directory) throws Exception {
    for (int i = 0; i < 8; i++) {
      put("/%s/%d".formatted(directory, i), directory + " " + i);
    }
  }

  private void startIngest() {
    store.run("ingest").done();
    store.await("ingest", status -> status.path("ingest").asText().equals("running"));
  }

  /** The mirrors of all segments. */
  private Set<Path> segments() throws IOException {
    Set<Path> segments = new HashSet<>();
    for (int drive = 0; drive < 4; drive++) {
      Path directory = store.directory().resolve("scm-" + drive).resolve("segments");
      // Chance may not have chosen the drive yet.
      if (Files.exists(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          files.forEach(segments::add);
        }
      }
    }
    return segments;
  }

  private void put(String path, String content) throws Exception {
    Path local = Files.createTempFile(folder, "put", "");
    Files.writeString(local, content);
    store.run("put", local.toString(), path, "--timeout", "90s").done();
    model.put(path, content);
  }

  private void assertSame() throws Exception {
    JsonNode entries = store.run("ls", "-R", "--json", "/").json();
    assertThat(entries).hasSize(model.size());
    for (Map.Entry<String, String> file : model.entrySet()) {
      Path local = Files.createTempFile(folder, "get", "");
      store.run("get", file.getKey(), local.toString()).done();
      assertThat(local).hasContent(file.getValue());
    }
  }

  private void loseTree() throws IOException {
    try (Stream<Path> drives = Files.list(store.directory())) {
      for (Path drive : drives.filter(Files::isDirectory).toList()) {
        for (String directory : List.of("roots", "runs")) {
          delete(drive.resolve(directory));
        }
        if (drive.getFileName().toString().startsWith("scm-")) {
          delete(drive.resolve("branches"));
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
