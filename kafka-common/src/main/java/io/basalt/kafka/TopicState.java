package io.basalt.kafka;

import java.util.Map;

/** What Kafka says of a topic: its id, its number of partitions and its configuration. */
public record TopicState(String name, String id, int partitions, Map<String, String> config) {
  public TopicState {
    config = Map.copyOf(config);
  }

  boolean compacted() {
    return config.getOrDefault("cleanup.policy", "delete").contains("compact");
  }

  /** A limit of the configuration; -1 is none. */
  long limit(String name) {
    return Long.parseLong(config.getOrDefault(name, "-1"));
  }
}
