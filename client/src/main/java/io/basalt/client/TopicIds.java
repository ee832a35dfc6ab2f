package io.basalt.client;

import io.basalt.storage.config.StoreConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * The two topics that a write depends on, as Kafka has them now.
 *
 * @param partitions of the write topic
 */
record TopicIds(String writes, int partitions, String rejects) {

  /** Asks Kafka; fails with its exception if a topic is missing. */
  static CompletionStage<TopicIds> describe(Admin admin, StoreConfig.Topics names) {
    return admin
        .describeTopics(List.of(names.writes(), names.rejects()))
        .allTopicNames()
        .toCompletionStage()
        .thenApply(found -> of(found, names));
  }

  private static TopicIds of(Map<String, TopicDescription> found, StoreConfig.Topics names) {
    TopicDescription writes = found.get(names.writes());
    return new TopicIds(
        writes.topicId().toString(),
        writes.partitions().size(),
        found.get(names.rejects()).topicId().toString());
  }
}
