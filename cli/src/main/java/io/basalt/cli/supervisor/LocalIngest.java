package io.basalt.cli.supervisor;

import io.basalt.storage.config.StoreConfig;

/** Submits ingest to the local cluster, whose class path holds it already. */
final class LocalIngest implements IngestSubmission {
  private final StoreConfig config;

  LocalIngest(StoreConfig config) {
    this.config = config;
  }

  @Override
  public void submit(String host, int port, boolean acceptLoss) throws Exception {
    RemoteJobs.ingest(host, port, config, acceptLoss, RemoteJobs.Jars.ON_CLUSTER);
  }
}
