package io.basalt.ingest;

import io.basalt.kafka.KafkaAnswers;
import io.basalt.kafka.StartPlan;
import io.basalt.kafka.TopicException;
import io.basalt.kafka.Topics;
import io.basalt.kafka.WriteLogs;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** The write topic while a job reads it; calls come from one thread. */
final class WriteTopic {
  private final Admin admin;
  private final StoreConfig.Kafka kafka;
  private final Clock clock;
  private final WriteLogs logs;
  private Topics topics;
  private List<Position> measured = List.of();

  /**
   * @param topics as they were when the job started
   */
  WriteTopic(Admin admin, StoreConfig.Kafka kafka, Topics topics, Clock clock) {
    this.admin = admin;
    this.kafka = kafka;
    this.topics = topics;
    this.clock = clock;
    this.logs = new WriteLogs(admin, kafka);
  }

  /**
   * Records that a root has not applied. Only where nothing moves is it worth a read whether
   * records are left, or none but markers of transactions.
   */
  long lag(Root head) throws IOException {
    boolean moved = !head.positions().equals(measured);
    measured = head.positions();
    return moved ? logs.behind(head, topics.writes()) : logs.lag(head, topics.writes());
  }

  /**
   * Looks at the topics again.
   *
   * @throws TopicException if the write topic was made anew or given partitions while the job runs:
   *     records would go astray
   */
  void check(Root head) throws IOException {
    Topics now = Topics.check(admin, kafka);
    Optional<Incarnation> read = StartPlan.newest(head);
    if (read.isPresent() && !now.writes().id().equals(read.get().topicId())) {
      throw new TopicException(
          "topic %s was made anew while it was read: start the ingest again"
              .formatted(read.get().topic()));
    }
    if (read.isPresent() && now.writes().partitions() != read.get().partitions()) {
      throw new TopicException(
          "topic %s has %d partitions and had %d when it was first read: make a new topic with %d and name it in kafka.topics.writes"
              .formatted(
                  read.get().topic(),
                  now.writes().partitions(),
                  read.get().partitions(),
                  now.writes().partitions()));
    }
    topics = now;
  }

  /**
   * Kafka is no second copy: what a root has applied, and is older than the configuration keeps,
   * goes.
   */
  void deleteApplied(Root head) throws IOException {
    Optional<Incarnation> newest = StartPlan.newest(head);
    if (newest.isEmpty()) {
      return;
    }
    String topic = newest.get().topic();
    long before = clock.millis() - kafka.keep().toMillis();
    Map<TopicPartition, OffsetSpec> young = new HashMap<>();
    Map<TopicPartition, Long> applied = new HashMap<>();
    for (Position position : WriteLogs.positions(head, newest).values()) {
      TopicPartition partition = new TopicPartition(topic, position.partition());
      young.put(partition, OffsetSpec.forTimestamp(Math.max(0, before)));
      applied.put(partition, position.next());
    }
    Map<TopicPartition, RecordsToDelete> old = new HashMap<>();
    Map<TopicPartition, ListOffsetsResultInfo> kept =
        KafkaAnswers.await(
            admin.listOffsets(young).all(), "ages of records of topic " + topic + " are not known");
    kept.forEach(
        (partition, first) -> {
          long next = applied.get(partition);
          long end = first.offset() < 0 ? next : Math.min(first.offset(), next);
          old.put(partition, RecordsToDelete.beforeOffset(end));
        });
    KafkaAnswers.await(
        admin.deleteRecords(old).all(), "records of topic " + topic + " cannot be deleted");
  }
}
