package io.basalt.storage.config;

import java.util.Locale;

/** Kind of a drive: fast and mirrored, or large and erasure-coded. */
public enum Tier {
  SCM,
  CAPACITY;

  /** As configuration, answers and sentences name it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
