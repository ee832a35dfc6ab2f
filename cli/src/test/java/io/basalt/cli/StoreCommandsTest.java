package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a store that runs, each against real Kafka and Flink processes. */
@Tag("integration")
@Timeout(240)
class StoreCommandsTest implements FileCommands, RootCommands {
  @TempDir static Path folder;
  private static RunningStore store;
  private static JsonNode drivesBeforeUp;

  @BeforeAll
  static void start() throws Exception {
    store = RunningStore.init(folder.resolve("store"), "--scm-size", "256MiB");
    String fifth = "drives:\n  - {id: scm-4, tier: scm, path: scm-4, enclosure: a, size: 256MiB}\n";
    // Compactions are the tests' own, so that they know what they find.
    Files.writeString(
        store.config(),
        Files.readString(store.config())
            .replace("drives:\n", fifth)
            .replaceFirst("compaction: \\{interval: \\w+", "compaction: {interval: 1h"));
    drivesBeforeUp = store.run("drives", "--json").json();
    store.up();
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      verifyIsClean();
      store.close();
    }
  }

  @Override
  public RunningStore store() {
    return store;
  }

  @Override
  public Path folder() {
    return folder;
  }

  private static void verifyIsClean() {
    JsonNode verified = store.run("verify", "--json").json();
    assertThat(verified.path("ok").isBoolean()).isTrue();
    assertThat(verified.path("ok").asBoolean()).isTrue();
    assertThat(verified.path("problems").isArray()).isTrue();
    assertThat(verified.path("problems")).isEmpty();
    assertThat(verified.path("checked").isObject()).isTrue();
    assertThat(verified.path("checked").path("files").asLong()).isPositive();
  }

  @Test
  void initAndUpEndWithTheNextCommandAndAKcatLine() throws Exception {
    String bootstrap = store.status().path("bootstrap").asText();
    String kcat =
        "kcat -P -b %s -t basalt.writes -X topic.partitioner=murmur2_random -k"
            .formatted(bootstrap);
    assertThat(store.initOutcome().out())
        .contains("next:  basalt -c " + store.config() + " up", kcat);
    assertThat(store.upOutcome().out())
        .contains("next:  basalt -c " + store.config() + " put FILE /PATH", kcat);
    assertThat(store.run("up").done().out()).contains("already up: Kafka at " + bootstrap);
  }

  @Test
  void statusIsOneDocument() {
    JsonNode status = store.status();
    assertThat(Outcome.names(status))
        .contains("bootstrap", "flink", "ingest", "root", "lag", "waiting", "jobs");
    assertThat(status.path("bootstrap").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(status.path("flink").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(status.path("root").isIntegralNumber()).isTrue();
    assertThat(status.path("lag").isIntegralNumber()).isTrue();
    assertThat(Outcome.names(status.path("jobs"))).containsExactlyInAnyOrder("migrate", "compact");
    for (JsonNode job : status.path("jobs")) {
      assertThat(Outcome.names(job)).containsExactlyInAnyOrder("last", "next", "problem");
    }
    assertThat(store.run("status").done().out()).contains("ingest", "taskmanager");
  }

  @Test
  void dfAndDrivesCountBytes() throws Exception {
    store.put("/df/file", Commands.random(100_000));
    JsonNode df = store.run("df", "--json").json();
    assertThat(df).hasSize(2);
    JsonNode scm = df.get(0);
    assertThat(scm.path("tier").asText()).isEqualTo("scm");
    assertThat(df.get(1).path("tier").asText()).isEqualTo("capacity");
    assertThat(scm.path("sizeBytes").asLong()).isEqualTo(5L * (256 << 20));
    assertThat(scm.path("usedBytes").asLong()).isPositive();
    assertThat(scm.path("liveBytes").asLong()).isGreaterThanOrEqualTo(100_000);
    assertThat(scm.path("metadataBytes").asLong()).isPositive();
    assertThat(scm.path("metadataShare").asDouble()).isBetween(0.0, 1.0);
    assertThat(scm.path("reserveBytes").asLong()).isEqualTo(5L * 13_421_773);
    assertThat(scm.path("pastReserveBytes").asLong()).isZero();
    assertThat(store.run("df").done().out().lines()).hasSize(3);

    JsonNode drives = store.run("drives", "--json").json();
    assertThat(drives).hasSize(11);
    JsonNode drive = drives.get(0);
    assertThat(Outcome.names(drive))
        .containsExactly("id", "tier", "path", "enclosure", "state", "sizeBytes", "usedBytes");
    assertThat(drive.path("id").asText()).isEqualTo("scm-4");
    assertThat(drive.path("state").asText()).isEqualTo("ok");
    assertThat(drive.path("sizeBytes").asLong()).isEqualTo(256 << 20);
    assertThat(Path.of(drive.path("path").asText())).isDirectory();
    assertThat(store.run("drives").done().out().lines()).hasSize(12);
  }

  @Test
  void metadataThatHasOutgrownTheReserveIsNamed() throws Exception {
    assertThat(store.status().path("warnings")).isEmpty();
    Path run = store.directory().resolve("scm-2/runs/999999999-00000000000000dd-0.parquet");
    Files.createDirectories(run.getParent());
    Files.write(run, new byte[14 << 20]);
    try {
      assertThat(store.run("df", "--json").json().get(0).path("pastReserveBytes").asLong())
          .isBetween(1L << 20, 2L << 20);
      String warning = "metadata on drive scm-2 takes";
      assertThat(store.run("df").done().err()).contains(warning);
      assertThat(store.status().path("warnings").path(0).asText()).startsWith(warning);
      assertThat(store.run("status").done().out()).contains(warning);
    } finally {
      Files.delete(run);
    }
  }

  @Test
  void aQueryWritesFilesAndSaysHowMany() throws Exception {
    byte[] large = Commands.random(2_000_000);
    store.put("/query/large", large);
    store.put("/query/deep/small", "small".getBytes(StandardCharsets.UTF_8));
    Path to = folder.resolve("queried");

    JsonNode report =
        store.run("query", "--prefix", "/query", "--to", to.toString(), "--json").json();

    assertThat(report.path("files").asLong()).isEqualTo(2);
    assertThat(report.path("bytes").asLong()).isEqualTo(2_000_005);
    assertThat(to.resolve("query/large")).hasBinaryContent(large);
    assertThat(to.resolve("query/deep/small")).hasContent("small");
    assertThat(store.run("query", "--to", to.toString()).badUsage())
        .contains("give a --path or a --prefix");
    assertThat(
            store
                .run("query", "--path", "/query/none", "--to", folder.resolve("q2").toString())
                .failure())
        .isEqualTo("/query/none: there is no such file or directory at this root");
  }

  @Test
  void aStoppedIngestWaitsInKafkaAndGoesOn() throws Exception {
    try {
      stopAndGoOn();
    } finally {
      store.run("ingest").done();
    }
  }

  private static void stopAndGoOn() throws Exception {
    assertThat(store.run("ingest", "--stop").done().out()).contains("ingest is stopped");
    JsonNode stopped = store.status();
    assertThat(stopped.path("ingest").asText()).isEqualTo("stopped");
    assertThat(stopped.path("waiting").asText()).contains("basalt ingest starts it");
    Path local = Files.writeString(folder.resolve("late"), "late");
    Outcome put = store.run("put", local.toString(), "/late/file", "--timeout", "2s");
    assertThat(put.err()).contains("waiting: ingest is stopped");
    assertThat(put.failure())
        .isEqualTo(
            "not acknowledged after 2s, but safe in Kafka and applied later: "
                + "ingest is stopped; basalt ingest starts it");
    assertThat(store.status().path("lag").asLong()).isPositive();

    assertThat(store.run("ingest").done().out()).contains("ingest is running");
    store.await("no lag", status -> status.path("lag").asLong(-1) == 0);
    assertThat(store.get("/late/file")).isEqualTo("late");
  }

  @Test
  void aDriveThatWasAddedToTheFileJoinsWithTheFirstJob() {
    assertThat(state(drivesBeforeUp, "scm-4")).isEqualTo("new: the next job that commits adds it");
    assertThat(state(store.run("drives", "--json").json(), "scm-4")).isEqualTo("ok");
    assertThat(store.directory().resolve("scm-4/basalt-label.json")).isRegularFile();
  }

  private static String state(JsonNode drives, String id) {
    for (JsonNode drive : drives) {
      if (drive.path("id").asText().equals(id)) {
        return drive.path("state").asText();
      }
    }
    throw new AssertionError("no drive " + id + " in " + drives);
  }

  @Test
  void logsShowTheLastLinesOfAProcess() {
    assertThat(store.run("logs", "taskmanager", "-n", "3").done().out().lines())
        .hasSizeBetween(2, 8)
        .anyMatch(line -> line.startsWith("== ") && line.endsWith("taskmanager.log"));
    assertThat(store.run("logs").done().out())
        .contains("supervisor.log", "kafka.log", "jobmanager.log");
    assertThat(store.run("logs", "zookeeper").badUsage())
        .startsWith("there is no process zookeeper");
    assertThat(store.run("logs", "-n", "-1").badUsage()).startsWith("-n is -1 and must be");
  }

  @Test
  void aQueryRunsOnTheClusterThatIsNamed() throws Exception {
    store.put("/target/file", Commands.random(10_000));
    String flink = store.status().path("flink").asText();
    Path to = folder.resolve("target");
    JsonNode report =
        store
            .run("query", "--path", "/target/file", "--to", to + "", "--target", flink, "--json")
            .json();
    assertThat(report.path("files").asLong()).isEqualTo(1);
    assertThat(to.resolve("target/file")).hasBinaryContent(Commands.random(10_000));
    assertThat(store.run("ingest", "--target", flink).done().out())
        .contains("of http://" + flink + " already");
    JsonNode status = store.run("status", "--target", flink, "--json").json();
    assertThat(status.path("flink").asText()).isEqualTo(flink);
    assertThat(status.path("ingest").asText()).isEqualTo("running");
    assertThat(status.path("waiting").isNull()).isTrue();
    assertThat(status.path("lag").isIntegralNumber()).isTrue();
    assertThat(Outcome.names(status.path("jobs"))).containsExactlyInAnyOrder("migrate", "compact");
  }

  @Test
  void aClusterThatDoesNotAnswerIsNamed() {
    for (String[] command :
        new String[][] {
          {"ingest", "--target", "127.0.0.1:1"},
          {"ingest", "--stop", "--target", "127.0.0.1:1"},
          {"status", "--target", "127.0.0.1:1"},
          {
            "query",
            "--path",
            "/a",
            "--to",
            folder.resolve("q3").toString(),
            "--target",
            "127.0.0.1:1"
          }
        }) {
      assertThat(store.run(command).failure()).startsWith("no Flink answers at 127.0.0.1:1: ");
    }
    assertThat(store.run("ingest", "--target", "nowhere").badUsage())
        .contains("--target is 'nowhere' and must be HOST:PORT");
  }

  @Test
  void theArbiterIsNotRepairedUnderARunningIngest() {
    assertThat(store.run("repair-arbiter").failure()).startsWith("ingest runs: stop it first with");
  }

  @Test
  void theTreeIsNotMadeAnewUnderARunningIngest() {
    assertThat(store.run("rebuild").failure()).startsWith("ingest runs: stop it first with");
  }

  @Test
  void theEnvironmentNamesTheConfiguration() {
    Map<String, String> environment = Map.of("BASALT_CONFIG", store.config().toString());
    assertThat(Commands.run(environment, "drives", "--json").json()).hasSize(11);
  }

  @Test
  void topicsThatNobodyMadeAreNamed() throws Exception {
    Path other =
        Files.writeString(
            folder.resolve("store/other.yaml"),
            Files.readString(store.config()).replace("basalt.writes", "none.writes"));
    String bootstrap = store.status().path("bootstrap").asText();
    assertThat(Commands.run("put", other.toString(), "/x", "-c", other.toString()).failure())
        .startsWith("Kafka at " + bootstrap + " has no topic none.writes yet: ingest creates it");
  }
}
