package io.basalt.cli.supervisor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * A standalone Flink cluster of one JobManager and one TaskManager on the loopback address, sized
 * by flink-conf/config.yaml. Both have this program's whole class path, so a job needs no jar.
 */
final class FlinkCluster {
  private final StoreDirectory directory;
  private final int restPort;
  private final int rpcPort;
  private final Configuration configuration;

  FlinkCluster(StoreDirectory directory, int restPort, int rpcPort) {
    this.directory = directory;
    this.restPort = restPort;
    this.rpcPort = rpcPort;
    this.configuration = configure();
  }

  Service jobManager() {
    return new Service() {
      @Override
      public String name() {
        return "jobmanager";
      }

      @Override
      public boolean answers() {
        return Loopback.answers(restPort);
      }

      @Override
      public ServiceProcess.Launch launch() throws IOException {
        JobManagerProcessSpec spec = JobManagerProcessUtils.processSpecFromConfig(configuration);
        return FlinkCluster.this.launch(
            StandaloneSessionClusterEntrypoint.class,
            CoreOptions.FLINK_JM_JVM_OPTIONS,
            JobManagerProcessUtils.generateJvmParametersStr(spec, configuration),
            JobManagerProcessUtils.generateDynamicConfigsStr(spec));
      }
    };
  }

  Service taskManager() {
    return new Service() {
      @Override
      public String name() {
        return "taskmanager";
      }

      @Override
      public boolean answers() {
        return true;
      }

      @Override
      public ServiceProcess.Launch launch() throws IOException {
        TaskExecutorProcessSpec spec =
            TaskExecutorProcessUtils.processSpecFromConfig(configuration);
        // Named here, since Flink asks for the name of this host, which need not have an address.
        String name = "-D " + TaskManagerOptions.TASK_MANAGER_RESOURCE_ID.key() + "=taskmanager-";
        return FlinkCluster.this.launch(
            TaskManagerRunner.class,
            CoreOptions.FLINK_TM_JVM_OPTIONS,
            ProcessMemoryUtils.generateJvmParametersStr(spec),
            TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)
                + " "
                + name
                + UUID.randomUUID());
      }
    };
  }

  private ServiceProcess.Launch launch(
      Class<?> main, ConfigOption<String> own, String jvmParameters, String dynamic)
      throws IOException {
    Path conf = directory.flink().resolve("conf");
    Files.write(
        conf.resolve("config.yaml"),
        ConfigurationUtils.convertConfigToWritableLines(configuration, true));
    List<String> jvm = new ArrayList<>(words(jvmParameters));
    jvm.addAll(words(configuration.get(CoreOptions.FLINK_JVM_OPTIONS)));
    jvm.addAll(words(configuration.get(own)));
    List<String> arguments = new ArrayList<>(List.of("--configDir", conf.toString()));
    arguments.addAll(words(dynamic));
    return new ServiceProcess.Launch(
        main.getName(),
        jvm,
        arguments,
        Map.of("FLINK_CONF_DIR", conf.toString(), "FLINK_PLUGINS_DIR", conf.toString()));
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.trim().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  private Configuration configure() {
    Configuration settings = base();
    settings.set(RestOptions.ADDRESS, Loopback.HOST);
    settings.set(RestOptions.BIND_ADDRESS, Loopback.HOST);
    settings.set(RestOptions.PORT, restPort);
    settings.set(RestOptions.BIND_PORT, Integer.toString(restPort));
    settings.set(JobManagerOptions.ADDRESS, Loopback.HOST);
    settings.set(JobManagerOptions.BIND_HOST, Loopback.HOST);
    settings.set(JobManagerOptions.PORT, rpcPort);
    settings.set(TaskManagerOptions.HOST, Loopback.HOST);
    settings.set(TaskManagerOptions.BIND_HOST, Loopback.HOST);
    settings.set(CoreOptions.TMP_DIRS, directory.flink().resolve("tmp").toString());
    settings.set(WebOptions.TMP_DIR, directory.flink().resolve("tmp").toString());
    settings.set(WebOptions.SUBMIT_ENABLE, false);
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.flink().resolve("checkpoints").toUri().toString());
    return settings;
  }

  /** The settings that ship with this program. */
  private Configuration base() {
    Path file = directory.flink().resolve("conf").resolve("config.yaml");
    try (InputStream in = FlinkCluster.class.getResourceAsStream("/flink-conf/config.yaml")) {
      Files.createDirectories(file.getParent());
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
    return GlobalConfiguration.loadConfiguration(file.getParent().toString());
  }
}
