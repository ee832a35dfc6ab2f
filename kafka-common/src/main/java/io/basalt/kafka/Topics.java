package io.basalt.kafka;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** The four topics of a store as Kafka has them. */
public record Topics(TopicState writes, TopicState acks, TopicState rejects, TopicState commits) {
  static final String RETENTION_MS = "retention.ms";
  static final String RETENTION_BYTES = "retention.bytes";

  /**
   * Reads what Kafka has and checks it.
   *
   * @throws TopicException if a topic is missing, or is not what the contract asks for
   * @throws IOException if Kafka cannot be reached
   */
  public static Topics check(Admin admin, StoreConfig.Kafka kafka) throws IOException {
    StoreConfig.Topics names = kafka.topics();
    Map<String, TopicState> states =
        describe(
            admin,
            kafka.bootstrap(),
            List.of(names.writes(), names.acks(), names.rejects(), names.commits()));
    Topics topics =
        new Topics(
            states.get(names.writes()),
            states.get(names.acks()),
            states.get(names.rejects()),
            states.get(names.commits()));
    topics.fault().ifPresent(Topics::refuse);
    return topics;
  }

  /** End offset of the rejects topic by now. */
  public long rejectsEnd(Admin admin) throws IOException {
    TopicPartition log = new TopicPartition(rejects.name(), 0);
    return KafkaAnswers.await(
            admin.listOffsets(Map.of(log, OffsetSpec.latest())).partitionResult(log),
            "the end of topic " + rejects.name() + " is not known")
        .offset();
  }

  private static void refuse(String sentence) {
    throw new TopicException(sentence);
  }

  /** What is wrong with the topics, in one sentence; the first fault found. */
  Optional<String> fault() {
    if (writes.compacted()) {
      return Optional.of(
          "topic %s is compacted, which drops writes before they are stored: set cleanup.policy=delete on it"
              .formatted(writes.name()));
    }
    for (String limit : List.of(RETENTION_MS, RETENTION_BYTES)) {
      if (writes.limit(limit) != -1) {
        return Optional.of(
            "topic %s has %s=%d, which drops writes before they are stored: set it to -1, Basalt deletes what it has applied"
                .formatted(writes.name(), limit, writes.limit(limit)));
      }
    }
    if (commits.compacted() || commits.limit(RETENTION_MS) != -1) {
      return Optional.of(
          "topic %s must keep its records by size alone: set cleanup.policy=delete and retention.ms=-1 on it"
              .formatted(commits.name()));
    }
    for (TopicState single : List.of(acks, rejects, commits)) {
      if (single.partitions() != 1) {
        return Optional.of(
            TopicException.notSingle(single.name(), single.partitions()).getMessage());
      }
    }
    return Optional.empty();
  }

  private static Map<String, TopicState> describe(Admin admin, String bootstrap, List<String> names)
      throws IOException {
    Map<String, TopicDescription> found = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> entry :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      found.put(
          entry.getKey(),
          KafkaAnswers.ifThere(entry.getValue(), "Kafka at " + bootstrap + " does not answer")
              .orElseThrow(() -> TopicException.missing(entry.getKey(), bootstrap)));
    }
    List<ConfigResource> resources = new ArrayList<>();
    names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    Map<ConfigResource, Config> configs =
        KafkaAnswers.await(admin.describeConfigs(resources).all(), "topics cannot be described");
    Map<String, TopicState> states = new HashMap<>();
    configs.forEach(
        (resource, config) -> {
          TopicDescription description = found.get(resource.name());
          states.put(
              resource.name(),
              new TopicState(
                  resource.name(),
                  description.topicId().toString(),
                  description.partitions().size(),
                  plain(config)));
        });
    return states;
  }

  private static Map<String, String> plain(Config config) {
    Map<String, String> values = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      if (entry.value() != null) {
        values.put(entry.name(), entry.value());
      }
    }
    return values;
  }
}
