package io.basalt.cli.supervisor;

/** Submits a batch job to the Flink cluster at a REST address and does not wait for it; its id. */
@FunctionalInterface
public interface JobSubmission {
  String submit(String host, int port) throws Exception;
}
