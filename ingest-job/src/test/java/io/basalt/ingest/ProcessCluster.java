package io.basalt.ingest;

import io.basalt.flink.FlinkSettings;
import io.basalt.kafka.Acceptance;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A JobManager and TaskManagers as processes of their own, which can be killed and stopped. */
final class ProcessCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final List<String> JVM =
      List.of(
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED");

  private final Path directory;
  private final int restPort = freePort();
  private final List<Process> processes = new ArrayList<>();

  private ProcessCluster(Path directory) {
    this.directory = directory;
  }

  static ProcessCluster start(Path directory) throws IOException {
    ProcessCluster cluster = new ProcessCluster(directory);
    cluster.configure();
    cluster.launch("jobmanager", StandaloneSessionClusterEntrypoint.class);
    return cluster;
  }

  private void configure() throws IOException {
    int rpcPort = freePort();
    Files.createDirectories(directory);
    Files.write(
        directory.resolve("config.yaml"),
        List.of(
            "jobmanager.rpc.address: " + HOST,
            "jobmanager.rpc.port: " + rpcPort,
            "rest.address: " + HOST,
            "rest.port: " + restPort,
            "rest.bind-port: '" + restPort + "'",
            "taskmanager.host: " + HOST,
            "taskmanager.numberOfTaskSlots: 2",
            "taskmanager.cpu.cores: 2",
            // A TaskManagerRunner started as it is derives none of its sizes.
            "taskmanager.memory.framework.heap.size: 96m",
            "taskmanager.memory.framework.off-heap.size: 32m",
            "taskmanager.memory.jvm-metaspace.size: 128m",
            "taskmanager.memory.jvm-overhead.min: 96m",
            "taskmanager.memory.jvm-overhead.max: 96m",
            "taskmanager.memory.task.heap.size: 256m",
            "taskmanager.memory.task.off-heap.size: 128m",
            "taskmanager.memory.managed.size: 16m",
            "taskmanager.memory.network.min: 16m",
            "taskmanager.memory.network.max: 16m",
            "heartbeat.interval: 1000",
            "heartbeat.timeout: 6000",
            "web.submit.enable: false",
            "io.tmp.dirs: " + directory));
  }

  /** Starts a TaskManager of two slots. */
  Process taskManager() throws IOException {
    return launch("taskmanager", TaskManagerRunner.class);
  }

  private Process launch(String name, Class<?> main) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of("--configDir", directory.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    File output = directory.resolve(name + "-" + processes.size() + ".log").toFile();
    Process process = builder.redirectErrorStream(true).redirectOutput(output).start();
    processes.add(process);
    return process;
  }

  /** The class path of this test; Surefire starts it from a jar that only names one. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Submits an ingest once the JobManager answers. */
  JobClient ingest(Path config, int parallelism) throws Exception {
    Configuration settings = FlinkSettings.streaming();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createRemoteEnvironment(HOST, restPort, settings);
    IngestTopology.build(
        environment,
        StoreConfigLoader.load(config).kafka(),
        new IngestOptions(config.toString(), Acceptance.NONE, parallelism));
    return environment.executeAsync("ingest");
  }

  /** Sends a signal, which is all that can be done to a process that must not notice. */
  static void signal(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("kill -" + signal + " " + process.pid());
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
