package io.basalt.cli.supervisor;

/** Submits the ingest job to the Flink cluster at a REST address and does not wait for it. */
public interface IngestSubmission {
  void submit(String host, int port, boolean acceptLoss) throws Exception;
}
