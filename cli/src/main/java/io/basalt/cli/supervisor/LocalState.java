package io.basalt.cli.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the supervisor knows, as other processes see it.
 *
 * @param supervisor its process id
 * @param phase what it is doing, for people: "starting Kafka", "running"
 * @param bootstrap Kafka's address
 * @param restPort Flink's REST port on the loopback address
 * @param rpcPort the JobManager's port for TaskManagers
 * @param ingest starting, running, restarting, stopped or failed
 * @param problem why something waits, or null
 * @param jobs the scheduled jobs by their commands' names
 */
public record LocalState(
    long supervisor,
    String phase,
    String bootstrap,
    int restPort,
    int rpcPort,
    String ingest,
    String ingestJob,
    String problem,
    Map<String, JobRuns> jobs,
    List<Service> services) {
  private static final int HOPELESS_FAILURES = 5;

  public LocalState {
    jobs = jobs == null ? Map.of() : Map.copyOf(jobs);
    services = services == null ? List.of() : List.copyOf(services);
  }

  /**
   * A process of the cluster.
   *
   * @param restarts starts after the first
   * @param failures starts in a row that were soon followed by its end
   */
  public record Service(String name, long pid, int restarts, int failures) {}

  static Optional<LocalState> read(StoreDirectory directory) {
    return Json.read(directory.state(), LocalState.class);
  }

  /** Whether the supervisor that wrote this still lives. */
  boolean alive(StoreDirectory directory) {
    return ServiceProcess.find(directory, Supervisor.NAME, supervisor).isPresent();
  }

  /** Whether a process ends again and again, so that somebody has to look. */
  boolean hopeless() {
    return problem != null
        && services.stream().anyMatch(service -> service.failures() >= HOPELESS_FAILURES);
  }

  public String flink() {
    return Loopback.HOST + ":" + restPort;
  }
}
