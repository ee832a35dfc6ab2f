package io.basalt.cli.supervisor;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A Kafka broker and controller in one process, on the loopback port of {@code kafka.bootstrap}.
 */
final class KafkaService implements Service {
  /** The optimising compiler takes what is hot by the standards of flink-conf's TaskManager. */
  private static final List<String> JVM =
      List.of(
          "-Xms128m",
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:MaxMetaspaceSize=160m",
          "-XX:Tier4InvocationThreshold=30000",
          "-XX:Tier4MinInvocationThreshold=4000",
          "-XX:Tier4CompileThreshold=80000",
          "-XX:Tier4BackEdgeThreshold=200000");

  private final StoreDirectory directory;
  private final int port;
  private final int maxRecord;
  private final Set<Integer> taken;
  private final RandomGenerator random;

  /**
   * @param taken ports of the store's other services
   */
  KafkaService(
      StoreDirectory directory, StoreConfig config, Set<Integer> taken, RandomGenerator random) {
    this.directory = directory;
    this.port = BootstrapAddress.of(config).port();
    this.maxRecord = config.maxRecord();
    this.taken = new HashSet<>(taken);
    this.taken.add(port);
    this.random = random;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public boolean answers() {
    return Loopback.answers(port);
  }

  @Override
  public ServiceProcess.Launch launch() throws IOException {
    Path settings = directory.kafka().resolve("server.properties");
    Files.writeString(settings, settings(Loopback.freePort(taken, random)));
    return new ServiceProcess.Launch(
        KafkaProcess.class.getName(), JVM, List.of(settings.toString()), Map.of());
  }

  private String settings(int controller) {
    return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@%1$s:%3$d
        listeners=PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d
        advertised.listeners=PLAINTEXT://%1$s:%2$d
        inter.broker.listener.name=PLAINTEXT
        controller.listener.names=CONTROLLER
        log.dirs=%4$s
        auto.create.topics.enable=false
        message.max.bytes=%5$d
        log.segment.bytes=67108864
        log.retention.check.interval.ms=60000
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        """
        .formatted(
            Loopback.HOST,
            port,
            controller,
            directory.kafka().resolve("data").toString().replace("\\", "\\\\"),
            maxRecord + (1 << 20));
  }
}
