package io.basalt.cli.supervisor;

import io.basalt.storage.config.StoreConfig;

/** Submits io.basalt.ingest to a cluster whose class path holds it already. */
final class LocalIngest implements IngestSubmission {
  static final String JOB_NAME = "basalt-ingest";

  private final StoreConfig config;

  LocalIngest(StoreConfig config) {
    this.config = config;
  }

  @Override
  public void submit(String host, int port, boolean acceptLoss) throws Exception {
    throw new UnsupportedOperationException(config.store());
  }
}
