package io.basalt.cli.supervisor;

import java.io.IOException;
import java.util.Optional;

/**
 * What a job that has not ended is doing, as its cluster tells.
 *
 * @param state running, starting or restarting
 * @param problem why it does not run; empty if it does, or if that is not known
 */
public record IngestState(String state, Optional<String> problem) {
  public static IngestState of(FlinkRest cluster, FlinkRest.Job job) throws IOException {
    boolean scheduled = job.state().equals("RUNNING");
    if (scheduled && cluster.tasksRun(job.id())) {
      return new IngestState("running", Optional.empty());
    }
    return new IngestState(
        scheduled ? "starting" : "restarting",
        cluster.failure(job.id()).map(why -> "ingest restarts: " + why));
  }
}
