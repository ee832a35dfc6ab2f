package io.basalt.storage.config;

/** Kind of a drive: fast and mirrored, or large and erasure-coded. */
public enum Tier {
  SCM,
  CAPACITY
}
