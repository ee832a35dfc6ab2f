package io.basalt.sql;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A range of paths of one root, read by one reader.
 *
 * @param done rows of it that were handed on already
 */
record PathSplit(long root, Paths paths, long done) implements SourceSplit {
  @Override
  public String splitId() {
    return paths.first();
  }
}
