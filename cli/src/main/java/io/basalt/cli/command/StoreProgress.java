package io.basalt.cli.command;

import io.basalt.storage.config.StoreConfig;

/**
 * How far the store is: the head's number, and the records of the write topic above its positions.
 */
record StoreProgress(Long root, Long lag, String problem) {
  static StoreProgress read(StoreConfig config, boolean kafkaRuns) {
    return new StoreProgress(null, null, null);
  }
}
