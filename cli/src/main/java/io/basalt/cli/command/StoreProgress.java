package io.basalt.cli.command;

import io.basalt.cli.supervisor.BootstrapAddress;
import io.basalt.cli.supervisor.Sentences;
import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * How far the store is; null where it cannot be learned.
 *
 * @param root the head's number
 * @param lag records of the write topic that are not applied
 * @param problem why one of them cannot be learned
 */
record StoreProgress(Long root, Long lag, String problem) {
  private static final int PATIENCE_MILLIS = 1_500;

  static StoreProgress read(StoreConfig config, boolean kafkaRuns) {
    Root head;
    try (OpenStore store = OpenStore.head(config)) {
      head = store.headRoot();
    } catch (Exception e) {
      return new StoreProgress(null, null, Sentences.of(e));
    }
    if (!kafkaRuns && !KafkaCheck.answers(BootstrapAddress.of(config))) {
      return new StoreProgress(head.number(), null, null);
    }
    try {
      return new StoreProgress(head.number(), lag(config, head), null);
    } catch (Exception e) {
      return new StoreProgress(
          head.number(),
          null,
          "Kafka does not answer at " + config.kafka().bootstrap() + ": " + Sentences.of(e));
    }
  }

  private static long lag(StoreConfig config, Root head) throws Exception {
    Map<String, Object> settings = KafkaSettings.admin(config.kafka());
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    String topic = config.kafka().topics().writes();
    try (Admin admin = Admin.create(settings)) {
      TopicDescription described =
          admin
              .describeTopics(java.util.List.of(topic))
              .topicNameValues()
              .get(topic)
              .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
      for (TopicPartitionInfo partition : described.partitions()) {
        ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
        starts.put(new TopicPartition(topic, partition.partition()), OffsetSpec.earliest());
      }
      Map<TopicPartition, ListOffsetsResultInfo> last =
          admin.listOffsets(ends).all().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      Map<TopicPartition, ListOffsetsResultInfo> first =
          admin.listOffsets(starts).all().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      Map<Integer, Long> applied = applied(head, described.topicId().toString());
      return last.entrySet().stream()
          .mapToLong(
              end -> {
                long from = first.get(end.getKey()).offset();
                long next = applied.getOrDefault(end.getKey().partition(), from);
                return Math.max(0, end.getValue().offset() - Math.max(from, next));
              })
          .sum();
    }
  }

  private static Map<Integer, Long> applied(Root head, String topicId) {
    Map<Integer, Long> next = new HashMap<>();
    for (Incarnation incarnation : head.incarnations()) {
      if (incarnation.topicId().equals(topicId)) {
        for (Position position : head.positions()) {
          if (position.incarnation() == incarnation.number()) {
            next.put(position.partition(), position.next());
          }
        }
      }
    }
    return next;
  }
}
