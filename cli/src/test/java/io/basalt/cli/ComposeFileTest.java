package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveLabel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker-compose.yml agrees with the rest of the repository. */
class ComposeFileTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Jars that {@code basalt jars} leaves out and a Flink cluster does not have. */
  private static final String BROKER = "(kafka(_2\\.13-.*|-(?!clients-|common).*)|scala-.*)\\.jar";

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

  /** As the image does: each variable is a setting of the broker, which then checks them all. */
  @Test
  void theBrokerAcceptsItsSettings() {
    Map<String, String> settings = new TreeMap<>();
    map(service("kafka").get("environment"))
        .forEach(
            (name, value) ->
                settings.put(
                    name.substring("KAFKA_".length()).toLowerCase(Locale.ROOT).replace('_', '.'),
                    String.valueOf(value)));
    KafkaConfig broker = new KafkaConfig(settings);
    assertThat(KafkaConfig.configDef().names()).containsAll(settings.keySet());
    assertThat(broker.processRoles().size()).isEqualTo(2);
    assertThat(list(service("kafka").get("volumes")))
        .containsExactly("kafka:" + settings.get("log.dirs"));
    String outside = "127.0.0.1:9094:9094";
    assertThat(list(service("kafka").get("ports"))).containsExactly(outside);
    assertThat(settings.get("listeners")).contains("OUTSIDE://:9094");
  }

  /** What the image's entrypoint adds to flink-conf/config.yaml are options that Flink knows. */
  @Test
  void flinkAcceptsItsSettings() throws Exception {
    Map<String, Object> environment = map(service("taskmanager").get("environment"));
    assertThat(environment).containsEntry("JOB_MANAGER_RPC_ADDRESS", "jobmanager");
    Configuration flink = GlobalConfiguration.loadConfiguration(ROOT.resolve("flink-conf") + "");
    String.valueOf(environment.get("FLINK_PROPERTIES"))
        .lines()
        .map(line -> line.replace(" ", "").split(":", 2))
        .forEach(property -> flink.setString(property[0], property[1]));
    assertThat(flink.get(JobManagerOptions.BIND_HOST)).isEqualTo("0.0.0.0");
    assertThat(flink.get(TaskManagerOptions.BIND_HOST)).isEqualTo("0.0.0.0");
    assertThat(flink.get(RestOptions.BIND_ADDRESS)).isEqualTo("0.0.0.0");
    // Each container announces a name of its own.
    assertThat(flink.getOptional(TaskManagerOptions.HOST)).isEmpty();
    assertThat(flink.getOptional(JobManagerOptions.ADDRESS)).isEmpty();
    assertThat(TaskExecutorProcessUtils.processSpecFromConfig(flink).getNumSlots()).isEqualTo(6);
    assertThat(JobManagerProcessUtils.processSpecFromConfig(flink)).isNotNull();
  }

  @Test
  void servicesWaitForWhatCanComeTrue() {
    Map<String, Object> services = map(compose.get("services"));
    services.forEach(
        (name, each) ->
            map(map(each).getOrDefault("depends_on", Map.of()))
                .forEach(
                    (other, how) -> {
                      Map<String, Object> awaited = service(other);
                      boolean healthy =
                          map(how).get("condition").equals("service_healthy")
                              && awaited.containsKey("healthcheck");
                      // One that is always started again never completes.
                      boolean completed =
                          map(how).get("condition").equals("service_completed_successfully")
                              && !"unless-stopped".equals(awaited.get("restart"));
                      assertThat(healthy || completed).as("%s waits for %s", name, other).isTrue();
                    }));
    for (String lasting : List.of("kafka", "jobmanager", "taskmanager", "schedule")) {
      assertThat(service(lasting)).as(lasting).containsEntry("restart", "unless-stopped");
    }
  }

  /**
   * Volumes begin as root's: whoever makes the store gives it to the user that all else runs as.
   */
  @Test
  void onlyWhoMakesTheStoreIsRoot() {
    map(compose.get("services"))
        .forEach(
            (name, each) ->
                assertThat(map(each).get("user")).isEqualTo(name.equals("init") ? "root" : null));
    String script = text(service("init"), "command", 0);
    assertThat(script).contains("chown -R flink:flink /basalt/scm-* /basalt/capacity-*");
    assertThat(script).contains("/basalt/scm-0/" + DriveLabel.FILE);
  }

  /**
   * The class path has neither the broker nor what it alone needs, and no file says what to log.
   */
  @Test
  void theCommandsRunOnTheClassPathOfTheContainers() throws Exception {
    String jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().matches(BROKER))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> entrypoint = strings(service("basalt").get("entrypoint"));
    entrypoint.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    entrypoint.set(entrypoint.indexOf("-cp") + 1, jars);
    entrypoint.set(entrypoint.indexOf("-c") + 1, config.file().toString());
    assertThat(strings(service("schedule").get("entrypoint"))).hasSameSizeAs(entrypoint);
    run(entrypoint, "init");
    assertThat(folder.resolve("scm-0").resolve(DriveLabel.FILE)).isRegularFile();
    assertThat(run(entrypoint, "ls", "--json")).isEqualTo("[ ]");
    assertThat(run(entrypoint, "df")).contains("capacity");
    assertThat(run(entrypoint, "--help")).contains("repair-arbiter");
  }

  /** Runs a command that prints nothing but its answer. */
  private String run(List<String> entrypoint, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> all = new ArrayList<>(entrypoint);
    all.addAll(List.of(command));
    Process process =
        new ProcessBuilder(all)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .directory(folder.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(err)).isEmpty();
    assertThat(process.exitValue()).isZero();
    return Files.readString(out).strip();
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

  private static List<String> strings(Object value) {
    return new ArrayList<>(list(value).stream().map(String::valueOf).toList());
  }

  private static List<Object> list(Object value) {
    return new ArrayList<>((List<?>) value);
  }
}
