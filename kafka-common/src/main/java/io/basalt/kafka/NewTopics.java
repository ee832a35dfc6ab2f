package io.basalt.kafka;

import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics that a store lacks. */
public final class NewTopics {
  /** A record's path, headers and framing come on top of its value. */
  private static final int RECORD_OVERHEAD_BYTES = 64 << 10;

  private static final long COMMITS_RETENTION_BYTES = 1L << 30;
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);

  private NewTopics() {}

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
                        Topics.RETENTION_MS,
                        "-1",
                        Topics.RETENTION_BYTES,
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
                        Topics.RETENTION_MS,
                        "-1",
                        Topics.RETENTION_BYTES,
                        "" + COMMITS_RETENTION_BYTES)));
    CreateTopicsResult results = admin.createTopics(wanted);
    Map<String, Uuid> created = new HashMap<>();
    for (NewTopic topic : wanted) {
      try {
        results.values().get(topic.name()).get();
        created.put(topic.name(), results.topicId(topic.name()).get());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw KafkaAnswers.failed("topics cannot be created", e);
        }
      } catch (InterruptedException e) {
        throw KafkaAnswers.interrupted(e);
      }
    }
    awaitVisible(admin, created);
    awaitLeaders(admin, wanted);
  }

  /** Brokers learn of a new topic a moment after the controller has made it. */
  private static void awaitVisible(Admin admin, Map<String, Uuid> created) throws IOException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (!areVisible(admin, created)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "Kafka made the topics %s and does not show them after %d s: look at the broker's log"
                .formatted(created.keySet(), VISIBLE_WITHIN.toSeconds()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        throw KafkaAnswers.interrupted(e);
      }
    }
  }

  private static boolean areVisible(Admin admin, Map<String, Uuid> created) throws IOException {
    for (Map.Entry<String, KafkaFuture<TopicDescription>> shown :
        admin.describeTopics(created.keySet()).topicNameValues().entrySet()) {
      Optional<TopicDescription> now =
          KafkaAnswers.ifThere(shown.getValue(), "topics cannot be described");
      if (now.isEmpty() || !now.get().topicId().equals(created.get(shown.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Right after its creation a partition has no leader for a moment; a producer that comes then may
   * find its first batches out of order.
   */
  private static void awaitLeaders(Admin admin, List<NewTopic> topics) throws IOException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    List<String> names = topics.stream().map(NewTopic::name).toList();
    KafkaAnswers.await(admin.describeTopics(names).allTopicNames(), "topics cannot be described")
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
    KafkaAnswers.await(admin.listOffsets(ends).all(), "topics have no leader");
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }
}
