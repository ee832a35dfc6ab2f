package io.basalt.cli.supervisor;

import io.basalt.compaction.CompactionJob;
import io.basalt.flink.BatchOptions;
import io.basalt.flink.FlinkSettings;
import io.basalt.ingest.IngestJob;
import io.basalt.ingest.IngestOptions;
import io.basalt.ingest.IngestTopology;
import io.basalt.kafka.Acceptance;
import io.basalt.migrate.MigrateJob;
import io.basalt.storage.config.StoreConfig;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Submits Basalt's jobs to Flink clusters by their REST addresses. */
public final class RemoteJobs {
  /** What every Flink 2.2 cluster has, and the broker; not this program's own modules. */
  private static final Pattern NOT_FOR_LIB =
      Pattern.compile(
          "(flink-(?!connector-|common-).*|kafka(_2\\.13-.*|-(?!clients-|common-).*)|scala-.*|log4j-.*|slf4j-.*)\\.jar");

  /**
   * What only this program's own process needs, and the native library, which one process loads
   * once: its jar belongs on the cluster's own class path.
   */
  private static final Pattern NOT_WITH_JOB =
      Pattern.compile("(picocli-.*|progressbar-.*|jline-.*|cli-.*|client-\\d.*|erasure-.*)\\.jar");

  private RemoteJobs() {}

  /** Whether the cluster's own class path holds this program, or the job must bring it. */
  public enum Jars {
    ON_CLUSTER,
    WITH_JOB
  }

  /**
   * Where a cluster finds the code of jobs. One that has it in its lib/ must not get it once more:
   * the job's classes and those of lib/ would not know each other.
   */
  public static Jars jars(FlinkRest cluster) throws IOException {
    Path own = codeOf(IngestTopology.class);
    boolean there =
        cluster.classPath().stream()
            .map(Path::of)
            .anyMatch(
                entry ->
                    entry.equals(own)
                        || (own.toString().endsWith(".jar")
                            && own.getFileName().equals(entry.getFileName())));
    return there ? Jars.ON_CLUSTER : Jars.WITH_JOB;
  }

  private static Path codeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a class path entry is no file: " + e.getInput(), e);
    }
  }

  /** An environment that sends what it executes to the cluster. */
  public static StreamExecutionEnvironment environment(
      String host, int port, Configuration settings, Jars jars) {
    Configuration client = new Configuration(settings);
    client.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
    return StreamExecutionEnvironment.createRemoteEnvironment(
        host, port, client, jars == Jars.WITH_JOB ? jobJars() : new String[0]);
  }

  /** Starts the ingest job and does not wait for it; returns its id. */
  public static String ingest(
      String host, int port, StoreConfig config, boolean acceptLoss, Jars jars) throws Exception {
    Acceptance accepted = acceptLoss ? IngestOptions.acceptLoss(config) : Acceptance.NONE;
    IngestOptions options =
        new IngestOptions(config.file().toString(), accepted, parallelism(config));
    StreamExecutionEnvironment environment =
        environment(host, port, FlinkSettings.streaming(), jars);
    IngestTopology.build(environment, config.kafka(), options);
    JobClient job = environment.executeAsync(IngestJob.name(config));
    return job.getJobID().toHexString();
  }

  /** Starts the compaction job with one worker and does not wait for it; returns its id. */
  static String compact(String host, int port, StoreConfig config, Jars jars) throws Exception {
    return CompactionJob.start(
        environment(host, port, CompactionJob.settings(), jars),
        new BatchOptions(config.file().toString(), 1));
  }

  /** Starts the migrate job with one worker and does not wait for it; returns its id. */
  static String migrate(String host, int port, StoreConfig config, Jars jars) throws Exception {
    return MigrateJob.start(
        environment(host, port, MigrateJob.settings(), jars),
        new BatchOptions(config.file().toString(), 1));
  }

  private static int parallelism(StoreConfig config) {
    return Math.min(2, config.kafka().partitions());
  }

  /** The jars that a cluster's lib/ needs so that jobs need bring none; this program is in them. */
  public static List<Path> libJars() {
    return Arrays.stream(ServiceProcess.classPath().split(File.pathSeparator))
        .filter(path -> path.endsWith(".jar"))
        .map(Path::of)
        .filter(path -> belongsIntoLib(path.getFileName().toString()))
        .toList();
  }

  static boolean belongsIntoLib(String jar) {
    return !NOT_FOR_LIB.matcher(jar).matches();
  }

  private static String[] jobJars() {
    return libJars().stream()
        .filter(path -> !NOT_WITH_JOB.matcher(path.getFileName().toString()).matches())
        .map(Path::toString)
        .toArray(String[]::new);
  }
}
