package io.basalt.kafka;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker in this process, broker and controller in one, on free loopback ports; topics
 * are not made by themselves. Its log lies in the given directory, so {@link #restart} keeps it.
 */
public final class TestBroker implements AutoCloseable {
  private final Path directory;
  private final int port = freePort();
  private final int controllerPort = freePort();
  private KafkaRaftServer server;

  private TestBroker(Path directory) {
    this.directory = directory;
  }

  /** Formats the directory, which must be empty, and starts. */
  public static TestBroker start(Path directory) {
    TestBroker broker = new TestBroker(directory);
    broker.format();
    broker.startServer();
    return broker;
  }

  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** Settings with the default names of the topics. */
  public StoreConfig.Kafka config(int partitions) {
    return config("basalt", partitions);
  }

  /** Settings with topics under a name of their own, so that tests can share a broker. */
  public StoreConfig.Kafka config(String prefix, int partitions) {
    return new StoreConfig.Kafka(
        bootstrap(),
        new StoreConfig.Topics(
            prefix + ".writes", prefix + ".acks", prefix + ".rejects", prefix + ".commits"),
        partitions,
        Duration.ofHours(1),
        Map.of());
  }

  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrap()));
  }

  /** Stops and starts on the same port and log. */
  public void restart() {
    stop();
    startServer();
  }

  /** Loses all records of a topic, as a disk does that comes back empty; it is the same topic. */
  public void loseLog(String topic) throws IOException {
    stop();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, topic + "-*")) {
      for (Path log : logs) {
        Utils.delete(log.toFile());
      }
    }
    startServer();
  }

  public void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  public void startServer() {
    server = new KafkaRaftServer(new KafkaConfig(settings()), Time.SYSTEM);
    server.startup();
  }

  @Override
  public void close() {
    stop();
  }

  private void format() {
    Formatter formatter = new Formatter();
    formatter
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER");
    try {
      formatter.run();
    } catch (Exception e) {
      throw new IllegalStateException("the broker's directory cannot be formatted", e);
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners", "PLAINTEXT://" + bootstrap() + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://" + bootstrap());
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", directory.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("num.partitions", "1");
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("log.retention.check.interval.ms", "300000");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    settings.put("controlled.shutdown.enable", "false");
    // A broker that starts again is refused until its session of before has ended.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    return settings;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
