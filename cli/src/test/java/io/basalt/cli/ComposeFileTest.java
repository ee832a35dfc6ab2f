package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker-compose.yml agrees with the rest of the repository. */
class ComposeFileTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Map<String, Object> compose;
  private StoreConfig config;

  @BeforeEach
  void read() throws IOException {
    compose =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(ROOT.resolve("docker-compose.yml")));
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(file, text(compose, "configs", "basalt.yaml", "content"));
    config = StoreConfigLoader.load(file);
  }

  @Test
  void imagesHaveTheVersionsOfTheBuild() throws IOException {
    assertThat(text(service("kafka"), "image")).isEqualTo("apache/kafka:" + version("kafka"));
    for (String name : List.of("init", "jobmanager", "taskmanager", "ingest", "basalt")) {
      assertThat(text(service(name), "image"))
          .as(name)
          .isEqualTo("flink:" + version("flink") + "-scala_2.12-java17");
    }
  }

  /** The version that the parent pom.xml pins. */
  private static String version(String name) throws IOException {
    Matcher matcher =
        Pattern.compile("<" + name + "\\.version>([^<]+)<")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(matcher.find()).as("version of " + name).isTrue();
    return matcher.group(1);
  }

  @Test
  void everyDriveIsAVolumeWhereverItIsRead() {
    Path basalt = Path.of(text(service("taskmanager"), "configs", 0, "target")).getParent();
    for (String name : List.of("init", "taskmanager", "ingest", "basalt")) {
      Map<String, String> mounts = mounts(name);
      for (StoreConfig.DriveConfig drive : config.drives()) {
        Path inside = basalt.resolve(folder.relativize(drive.path()));
        assertThat(mounts).as(name).containsEntry(inside.toString(), drive.id());
      }
    }
    assertThat(map(compose.get("volumes")).keySet())
        .contains(config.drives().stream().map(StoreConfig.DriveConfig::id).toArray(String[]::new));
  }

  @Test
  void whatIsMountedFromTheCheckoutIsThere() throws IOException {
    Map<String, String> mounts = mounts("taskmanager");
    assertThat(ROOT.resolve(mounts.get("/basalt/flink-conf/config.yaml"))).isRegularFile();
    for (String name : List.of("jobmanager", "taskmanager")) {
      assertThat(text(service(name), "command", 0))
          .contains("cp /basalt/flink-conf/config.yaml ", "exec /docker-entrypoint.sh " + name);
    }
    String jars = mounts.get("/opt/flink/lib/basalt");
    assertThat(jars).isEqualTo("./flink-lib");
    assertThat(Files.readString(ROOT.resolve(".gitignore"))).contains("/flink-lib/");
    assertThat(Files.readString(ROOT.resolve("docs/operations/README.md")))
        .contains("./basalt jars flink-lib", "docker compose up");
  }

  @Test
  void kafkaIsWhereTheStoreLooksForIt() {
    Map<String, Object> environment = map(service("kafka").get("environment"));
    assertThat(String.valueOf(environment.get("KAFKA_ADVERTISED_LISTENERS")).split(","))
        .contains("INSIDE://" + config.kafka().bootstrap(), "OUTSIDE://127.0.0.1:9094");
    assertThat(environment).containsEntry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
    assertThat(Integer.parseInt(String.valueOf(environment.get("KAFKA_MESSAGE_MAX_BYTES"))))
        .isGreaterThan(config.maxRecord());
    assertThat(config.kafka().topics())
        .isEqualTo(
            new StoreConfig.Topics(
                "basalt.writes", "basalt.acks", "basalt.rejects", "basalt.commits"));
  }

  @Test
  void theCommandsAreThoseOfTheProgram() {
    for (String name : List.of("ingest", "schedule", "basalt")) {
      List<Object> entrypoint = list(service(name).get("entrypoint"));
      assertThat(entrypoint).contains(Basalt.class.getName(), "-c", "/basalt/basalt.yaml");
    }
    assertThat(list(service("ingest").get("command")))
        .containsExactly("ingest", "--target", "jobmanager:8081");
    assertThat(list(service("schedule").get("command")))
        .containsExactly("schedule", "--target", "jobmanager:8081");
    assertThat(Commands.run("schedule", "--help").done().out()).contains("--target=HOST:PORT");
    assertThat(text(service("init"), "command", 0))
        .contains(Basalt.class.getName() + " init -c /basalt/basalt.yaml");
    assertThat(Commands.run("jars", folder.resolve("jars").toString()).done().out())
        .contains(" jars, ");
    assertThat(folder.resolve("jars")).isDirectoryContaining("glob:**/kafka-clients-*.jar");
    assertThat(folder.resolve("jars")).isDirectoryContaining("glob:**/flink-connector-kafka-*.jar");
    assertThat(folder.resolve("jars")).isDirectoryNotContaining("glob:**/flink-runtime-*.jar");
    assertThat(folder.resolve("jars")).isDirectoryNotContaining("glob:**/log4j-*.jar");
  }

  /** Ingest, migrate, compaction and a query, two tasks side by side each, never wait for slots. */
  @Test
  void theTaskManagersHaveSlotsForAllJobsAtOnce() {
    Configuration flink = GlobalConfiguration.loadConfiguration(ROOT.resolve("flink-conf") + "");
    int replicas = (Integer) map(service("taskmanager").get("deploy")).get("replicas");
    assertThat(flink.get(TaskManagerOptions.NUM_TASK_SLOTS) * replicas)
        .isGreaterThanOrEqualTo(4 * 2);
  }

  private Map<String, Object> service(String name) {
    return map(map(compose.get("services")).get(name));
  }

  /** Places in the container, and what is mounted there. */
  private Map<String, String> mounts(String service) {
    Map<String, String> mounts = new TreeMap<>();
    for (Object volume : list(service(service).get("volumes"))) {
      String[] parts = volume.toString().split(":", 3);
      mounts.put(parts[1], parts[0]);
    }
    return mounts;
  }

  private static String text(Object from, Object... path) {
    Object at = from;
    for (Object step : path) {
      at = step instanceof Integer index ? list(at).get(index) : map(at).get(step);
    }
    return String.valueOf(at);
  }

  private static Map<String, Object> map(Object value) {
    Map<String, Object> result = new TreeMap<>();
    ((Map<?, ?>) value).forEach((key, entry) -> result.put(key.toString(), entry));
    return result;
  }

  private static List<Object> list(Object value) {
    return new ArrayList<>((List<?>) value);
  }
}
