package io.basalt.cli.supervisor;

/** Submits a batch job to the Flink cluster at a REST address and does not wait for it. */
@FunctionalInterface
public interface JobSubmission {
  void submit(String host, int port) throws Exception;
}
