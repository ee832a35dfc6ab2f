package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.FlinkSettings;
import io.basalt.kafka.Acceptance;
import io.basalt.storage.config.StoreConfigLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** A JobManager and TaskManagers in this process, and ingest jobs on them. */
final class TestCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final MiniCluster cluster;
  private final InMemoryReporter metrics;

  private TestCluster(MiniCluster cluster, InMemoryReporter metrics) {
    this.cluster = cluster;
    this.metrics = metrics;
  }

  static TestCluster start(int taskManagers) throws Exception {
    Configuration settings = new Configuration();
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    settings.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(6));
    InMemoryReporter metrics = InMemoryReporter.create();
    metrics.addToConfiguration(settings);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
    return new TestCluster(cluster, metrics);
  }

  MiniCluster mini() {
    return cluster;
  }

  /** The job's graph, with checkpoints as often as a test wants. */
  private static StreamGraph graph(
      Path config, int parallelism, Acceptance accepted, Optional<String> from) {
    Configuration settings = FlinkSettings.streaming();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
    settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(2));
    from.ifPresent(path -> settings.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings);
    environment.setParallelism(parallelism);
    IngestTopology.build(
        environment,
        StoreConfigLoader.load(config).kafka(),
        new IngestOptions(config.toString(), accepted, 0));
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName("ingest");
    return graph;
  }

  static StreamGraph acceptingLoss(Path config) throws Exception {
    Acceptance accepted = IngestOptions.acceptLoss(StoreConfigLoader.load(config));
    return graph(config, 1, accepted, Optional.empty());
  }

  static StreamGraph restored(Path config, int parallelism, String from) {
    return graph(config, parallelism, Acceptance.NONE, Optional.of(from));
  }

  JobID submit(Path config, int parallelism) throws Exception {
    return submit(graph(config, parallelism, Acceptance.NONE, Optional.empty()));
  }

  JobID submit(StreamGraph graph) throws Exception {
    cluster.submitJob(graph).get();
    return graph.getJobID();
  }

  String savepoint(JobID job, Path directory) throws Exception {
    return cluster
        .triggerSavepoint(job, directory.toUri().toString(), false, SavepointFormatType.CANONICAL)
        .get();
  }

  JobStatus status(JobID job) throws Exception {
    return cluster.getJobStatus(job).get();
  }

  void cancel(JobID job) throws Exception {
    cluster.cancelJob(job).get();
    result(job);
  }

  /** Leaves no job behind, so that one that fails a test holds no slot of the next. */
  void cancelAll() throws Exception {
    for (JobStatusMessage job : cluster.listJobs().get()) {
      if (!job.getJobState().isGloballyTerminalState()) {
        cancel(job.getJobId());
      }
    }
  }

  JobResult result(JobID job) throws Exception {
    return cluster.requestJobResult(job).get(60, TimeUnit.SECONDS);
  }

  /** What a gauge of any subtask of a job says. */
  Set<Object> gauges(JobID job, String name) {
    return metrics.findMetrics(job, name).values().stream()
        .map(metric -> ((Gauge<?>) metric).getValue())
        .collect(Collectors.toSet());
  }

  /** What counters, or gauges of counts, of all subtasks of a job come to. */
  long sum(JobID job, String name) {
    return metrics.findMetrics(job, name).values().stream()
        .mapToLong(
            metric ->
                metric instanceof Counter counter
                    ? counter.getCount()
                    : (Long) ((Gauge<?>) metric).getValue())
        .sum();
  }

  /** Checkpoints that a job has completed. */
  long checkpoints(JobID job) throws Exception {
    return cluster
        .getExecutionGraph(job)
        .get()
        .getCheckpointStatsSnapshot()
        .getCounts()
        .getNumberOfCompletedCheckpoints();
  }

  /** How often tasks of a job were started again, at most. */
  int restarts(JobID job) throws Exception {
    int restarts = 0;
    for (AccessExecutionVertex vertex :
        cluster.getExecutionGraph(job).get().getAllExecutionVertices()) {
      restarts = Math.max(restarts, vertex.getCurrentExecutionAttempt().getAttemptNumber());
    }
    return restarts;
  }

  /** Something that comes true. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Looks again and again until a condition holds. */
  static void await(String what, Condition condition) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      assertThat(Instant.now()).as(what).isBefore(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Something to do again and again. */
  interface Step {
    void run() throws Exception;
  }

  /** The failure of a job that ends while something goes on. */
  String failureWhile(JobID job, Step step) throws Exception {
    while (!status(job).isGloballyTerminalState()) {
      step.run();
    }
    return failure(job);
  }

  /** What a person is told when the job has ended by itself: the innermost message. */
  String refusal(JobID job) throws Exception {
    Throwable cause = result(job).getSerializedThrowable().orElseThrow();
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    // Flink carries it as text, the name of its class before it.
    return cause.getMessage().replaceFirst("^[\\w.$]+: ", "");
  }

  /** Messages of the failure and of its causes, when the job has ended by itself. */
  String failure(JobID job) throws Exception {
    Throwable cause = result(job).getSerializedThrowable().orElseThrow();
    StringBuilder messages = new StringBuilder();
    for (; cause != null; cause = cause.getCause()) {
      messages.append(cause.getMessage()).append('\n');
    }
    return messages.toString();
  }

  @Override
  public void close() {
    cluster.closeAsync().join();
  }
}
