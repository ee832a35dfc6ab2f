package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every background process is killed as {@code kill -9} does, and comes back by itself. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("soak")
@Timeout(240)
class RestartTest {
  @TempDir static Path folder;
  private static RunningStore store;

  @BeforeAll
  static void start() {
    store = RunningStore.start(folder.resolve("store"), "--scm-size", "64MiB", "--capacity", "0");
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  @Order(1)
  void aKilledTaskManagerIsReplaced() throws Exception {
    put("/before");
    kill("taskmanager");
    put("/after/taskmanager");
  }

  @Test
  @Order(2)
  void aKilledBrokerIsReplaced() throws Exception {
    kill("kafka");
    put("/after/kafka");
  }

  @Test
  @Order(3)
  void aKilledJobManagerIsReplacedAndIngestSubmittedAgain() throws Exception {
    kill("jobmanager");
    put("/after/jobmanager");
  }

  @Test
  @Order(4)
  void aKilledSupervisorLeavesItsProcessesToTheNext() throws Exception {
    JsonNode before = store.status();
    Path state = folder.resolve("store/.basalt/state.json");
    long supervisor =
        new ObjectMapper().readTree(Files.readAllBytes(state)).path("supervisor").asLong();
    ProcessHandle handle = ProcessHandle.of(supervisor).orElseThrow();
    handle.destroyForcibly();
    handle.onExit().join();
    assertThat(store.status().path("ingest").asText()).isEqualTo("down");
    ingestIsStoppedAndStartedThroughFlinkAlone(before.path("flink").asText());

    store.run("up").done();

    JsonNode after = store.await("ingest", s -> s.path("ingest").asText().equals("running"));
    for (String name : new String[] {"kafka", "jobmanager", "taskmanager"}) {
      assertThat(pid(after, name)).as(name).isEqualTo(pid(before, name));
    }
    put("/after/supervisor");
  }

  private static void ingestIsStoppedAndStartedThroughFlinkAlone(String flink) throws Exception {
    String[] stop = {"ingest", "--stop", "--target", flink};
    assertThat(store.run(stop).done().out()).startsWith("stopped job ");
    assertThat(store.run(stop).done().out()).startsWith("no ingest ran there");
    JsonNode status = store.run("status", "--target", flink, "--json").json();
    assertThat(status.path("ingest").asText()).isEqualTo("down");
    assertThat(status.path("waiting").asText())
        .isEqualTo("no ingest runs at %1$s; start it with ingest --target %1$s".formatted(flink));
    assertThat(store.run("ingest", "--target", flink).done().out())
        .matches("ingest is job [0-9a-f]{32} of http://" + flink + "\\R");
    put("/after/target");
  }

  @Test
  @Order(5)
  void nothingWasLostAndDownStopsEverything() throws Exception {
    for (String path :
        new String[] {
          "/before",
          "/after/taskmanager",
          "/after/kafka",
          "/after/jobmanager",
          "/after/target",
          "/after/supervisor"
        }) {
      Path local = Files.createTempFile(folder, "get", "");
      store.run("get", path, local.toString()).done();
      assertThat(local).hasContent(path);
    }
    assertThat(store.run("verify", "--json").json().path("problems")).isEmpty();
    JsonNode last = store.status();

    assertThat(store.run("down").done().out()).isEqualTo("down" + System.lineSeparator());

    for (JsonNode process : last.path("processes")) {
      assertThat(ProcessHandle.of(process.path("pid").asLong()).filter(ProcessHandle::isAlive))
          .as(process.toString())
          .isEmpty();
    }
    assertThat(store.status().path("ingest").asText()).isEqualTo("down");
    assertThat(store.run("ls", "/after").done().out().lines()).hasSize(5);
    assertThat(store.run("verify", "--json").json().path("ok").asBoolean()).isTrue();
  }

  /** Ends a process at once and waits until another stands in its place and ingest runs. */
  private static void kill(String name) {
    long pid = pid(store.status(), name);
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
    JsonNode back =
        store.await(
            name + " and ingest",
            status -> pid(status, name) != pid && status.path("ingest").asText().equals("running"));
    assertThat(RunningStore.service(back, name).path("restarts").asInt()).isEqualTo(1);
  }

  private static long pid(JsonNode status, String name) {
    return RunningStore.service(status, name).path("pid").asLong();
  }

  private static void put(String path) throws Exception {
    Path local = Files.createTempFile(folder, "put", "");
    Files.writeString(local, path);
    store.run("put", local.toString(), path, "--timeout", "90s").done();
  }
}
