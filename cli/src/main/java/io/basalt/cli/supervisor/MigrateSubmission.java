package io.basalt.cli.supervisor;

/** Submits the migrate job to the Flink cluster at a REST address and does not wait for it. */
@FunctionalInterface
public interface MigrateSubmission {
  void submit(String host, int port) throws Exception;
}
