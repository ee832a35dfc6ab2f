package io.basalt.kafka;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The four topics of a store as Kafka has them.
 *
 * @param clusterId Kafka's cluster id
 */
public record Topics(
    String clusterId, TopicState writes, TopicState acks, TopicState rejects, TopicState commits) {
  private static final String RETENTION_MS = "retention.ms";
  private static final String RETENTION_BYTES = "retention.bytes";
  // A record's path, headers and framing come on top of its value.
  private static final int RECORD_OVERHEAD_BYTES = 64 << 10;
  private static final long COMMITS_RETENTION_BYTES = 1L << 30;
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);

  /**
   * Creates the topics that are missing, with the configuration that the contract asks for; leaves
   * existing ones alone. Safe to repeat.
   *
   * @throws IOException if Kafka cannot be reached or refuses
   */
  public static void create(Admin admin, StoreConfig.Kafka kafka, int maxRecord)
      throws IOException {
    StoreConfig.Topics names = kafka.topics();
    List<NewTopic> wanted =
        List.of(
            topic(names.writes(), kafka.partitions())
                .configs(
                    Map.of(
                        "cleanup.policy",
                        "delete",
                        RETENTION_MS,
                        "-1",
                        RETENTION_BYTES,
                        "-1",
                        "max.message.bytes",
                        "" + (maxRecord + RECORD_OVERHEAD_BYTES))),
            topic(names.acks(), 1).configs(Map.of("cleanup.policy", "compact")),
            topic(names.rejects(), 1).configs(Map.of("cleanup.policy", "delete")),
            topic(names.commits(), 1)
                .configs(
                    Map.of(
                        "cleanup.policy",
                        "delete",
                        RETENTION_MS,
                        "-1",
                        RETENTION_BYTES,
                        "" + COMMITS_RETENTION_BYTES)));
    CreateTopicsResult results = admin.createTopics(wanted);
    Map<String, Uuid> created = new HashMap<>();
    for (NewTopic topic : wanted) {
      try {
        results.values().get(topic.name()).get();
        created.put(topic.name(), results.topicId(topic.name()).get());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw failed("topics cannot be created", e);
        }
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
    awaitVisible(admin, created);
    awaitLeaders(admin, wanted);
  }

  /** Brokers learn of a new topic a moment after the controller has made it. */
  private static void awaitVisible(Admin admin, Map<String, Uuid> created) throws IOException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (!visible(admin, created)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "Kafka made the topics %s and does not show them after %d s: look at the broker's log"
                .formatted(created.keySet(), VISIBLE_WITHIN.toSeconds()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private static boolean visible(Admin admin, Map<String, Uuid> created) throws IOException {
    for (Map.Entry<String, KafkaFuture<TopicDescription>> shown :
        admin.describeTopics(created.keySet()).topicNameValues().entrySet()) {
      try {
        if (!shown.getValue().get().topicId().equals(created.get(shown.getKey()))) {
          return false;
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          return false;
        }
        throw failed("topics cannot be described", e);
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
    return true;
  }

  // Right after its creation a partition has no leader for a moment; a producer that comes then may
  // find its first batches out of order.
  private static void awaitLeaders(Admin admin, List<NewTopic> topics) throws IOException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    List<String> names = topics.stream().map(NewTopic::name).toList();
    await(admin.describeTopics(names).allTopicNames(), "topics cannot be described")
        .values()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        p ->
                            ends.put(
                                new TopicPartition(topic.name(), p.partition()),
                                OffsetSpec.latest())));
    await(admin.listOffsets(ends).all(), "topics have no leader");
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }

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
            await(admin.describeCluster().clusterId(), "Kafka does not answer"),
            states.get(names.writes()),
            states.get(names.acks()),
            states.get(names.rejects()),
            states.get(names.commits()));
    topics.fault().ifPresent(Topics::refuse);
    return topics;
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
            "topic %s has %d partitions and must have one: delete it and run basalt up, which creates it"
                .formatted(single.name(), single.partitions()));
      }
    }
    return Optional.empty();
  }

  private static Map<String, TopicState> describe(Admin admin, String bootstrap, List<String> names)
      throws IOException {
    Map<String, TopicDescription> found = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> entry :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      try {
        found.put(entry.getKey(), entry.getValue().get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          throw new TopicException(
              "topic %s does not exist on %s: run basalt up, which creates it"
                  .formatted(entry.getKey(), bootstrap));
        }
        throw failed("Kafka at " + bootstrap + " does not answer", e);
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
    List<ConfigResource> resources = new ArrayList<>();
    names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    Map<ConfigResource, Config> configs =
        await(admin.describeConfigs(resources).all(), "topics cannot be described");
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

  static <T> T await(KafkaFuture<T> future, String what) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static IOException failed(String what, ExecutionException e) {
    return new IOException(what + ": " + e.getCause().getMessage(), e.getCause());
  }

  static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for Kafka");
  }
}
