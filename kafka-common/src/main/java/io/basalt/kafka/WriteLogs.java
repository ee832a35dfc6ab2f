package io.basalt.kafka;

import io.basalt.kafka.StartPlan.PartitionLog;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Looks up what Kafka holds of the write topic, for a {@link StartPlan}. */
public final class WriteLogs {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Admin admin;
  private final StoreConfig.Kafka kafka;

  public WriteLogs(Admin admin, StoreConfig.Kafka kafka) {
    this.admin = admin;
    this.kafka = kafka;
  }

  /**
   * Plans the start of an ingest.
   *
   * @throws TopicException in one sentence, where going on would lose or reorder writes
   * @throws IOException if Kafka does not answer
   */
  public StartPlan plan(Root head, TopicState writes, Acceptance accepted) throws IOException {
    Optional<Incarnation> newest = StartPlan.newest(head);
    boolean replaced = newest.isPresent() && !newest.get().topicId().equals(writes.id());
    OptionalLong unapplied = replaced ? unapplied(head, newest.get()) : OptionalLong.of(0);
    return StartPlan.of(
        head,
        writes,
        logs(writes, replaced ? Map.of() : positions(head, newest)),
        unapplied,
        accepted);
  }

  /** Records that are not applied yet; trailing control records of transactions do not count. */
  public long lag(Root head, TopicState writes) throws IOException {
    List<Unapplied> unapplied = unapplied(head, writes);
    if (unapplied.isEmpty()) {
      return 0;
    }
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      return unapplied.stream()
          .filter(each -> hasRecords(consumer, each))
          .mapToLong(Unapplied::offsets)
          .sum();
    }
  }

  /** Offsets that are not applied yet: cheaper to know than {@link #lag}, and never fewer. */
  public long behind(Root head, TopicState writes) throws IOException {
    return unapplied(head, writes).stream().mapToLong(Unapplied::offsets).sum();
  }

  /** Offsets of a partition from the position to the end of the log; never empty. */
  private record Unapplied(TopicPartition partition, long from, long end) {
    long offsets() {
      return end - from;
    }
  }

  private List<Unapplied> unapplied(Root head, TopicState writes) throws IOException {
    Map<Integer, Position> positions = positions(head, StartPlan.newest(head));
    Map<Integer, Long> starts = offsets(writes, OffsetSpec.earliest());
    Map<Integer, Long> ends = offsets(writes, OffsetSpec.latest());
    List<Unapplied> unapplied = new ArrayList<>();
    for (int partition = 0; partition < writes.partitions(); partition++) {
      Position position = positions.get(partition);
      long start = starts.get(partition);
      long from = position == null ? start : Math.max(position.next(), start);
      if (from < ends.get(partition)) {
        TopicPartition log = new TopicPartition(writes.name(), partition);
        unapplied.add(new Unapplied(log, from, ends.get(partition)));
      }
    }
    return unapplied;
  }

  /** Positions of the partitions of an incarnation. */
  public static Map<Integer, Position> positions(Root head, Optional<Incarnation> incarnation) {
    Map<Integer, Position> positions = new TreeMap<>();
    for (Position position : head.positions()) {
      if (incarnation.isPresent() && position.incarnation() == incarnation.get().number()) {
        positions.put(position.partition(), position);
      }
    }
    return positions;
  }

  private Map<Integer, PartitionLog> logs(TopicState writes, Map<Integer, Position> positions)
      throws IOException {
    Map<Integer, Long> starts = offsets(writes, OffsetSpec.earliest());
    Map<Integer, Long> ends = offsets(writes, OffsetSpec.latest());
    Map<Integer, PartitionLog> logs = new TreeMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      for (int partition = 0; partition < writes.partitions(); partition++) {
        long start = starts.get(partition);
        long end = ends.get(partition);
        Position position = positions.get(partition);
        OptionalLong cutAt =
            position == null || position.next() < start
                ? OptionalLong.empty()
                : cutAt(consumer, new TopicPartition(writes.name(), partition), position, end);
        logs.put(partition, new PartitionLog(start, end, cutAt));
      }
    } catch (KafkaException e) {
      throw new IOException(
          "Kafka at " + kafka.bootstrap() + " does not answer: " + e.getMessage(), e);
    }
    return logs;
  }

  // The broker compares the epoch of the last applied record with its own history of leaders: a log
  // that was cut and has grown again past the position is told from the one that was read.
  private static OptionalLong cutAt(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      Position position,
      long end) {
    if (position.leaderEpoch() >= 0) {
      consumer.assign(List.of(partition));
      // A consumer that does not know the leader yet compares nothing; this makes it ask.
      consumer.endOffsets(List.of(partition));
      consumer.seek(
          partition,
          new OffsetAndMetadata(position.next(), Optional.of(position.leaderEpoch()), ""));
      try {
        consumer.position(partition, PATIENCE);
      } catch (LogTruncationException e) {
        OffsetAndMetadata same = e.divergentOffsets().get(partition);
        return OptionalLong.of(same == null ? 0 : same.offset());
      }
    }
    return end < position.next() ? OptionalLong.of(end) : OptionalLong.empty();
  }

  /**
   * Where the logs of a root's newest incarnation end, what is not decided yet included; empty if
   * Kafka no longer has that topic.
   */
  public List<PartitionOffset> ends(Root root) throws IOException {
    Optional<Incarnation> newest = StartPlan.newest(root);
    Optional<TopicState> topic = newest.isPresent() ? topic(newest.get()) : Optional.empty();
    List<PartitionOffset> ends = new ArrayList<>();
    if (topic.isPresent()) {
      offsets(topic.get(), OffsetSpec.latest())
          .forEach(
              (partition, end) ->
                  ends.add(new PartitionOffset(newest.get().number(), partition, end)));
    }
    return ends;
  }

  private OptionalLong unapplied(Root head, Incarnation old) throws IOException {
    Optional<TopicState> topic = topic(old);
    return topic.isPresent() ? OptionalLong.of(lag(head, topic.get())) : OptionalLong.empty();
  }

  /** The topic of an incarnation, unless it was deleted or made anew. */
  private Optional<TopicState> topic(Incarnation of) throws IOException {
    return KafkaAnswers.ifThere(
            admin.describeTopics(List.of(of.topic())).topicNameValues().get(of.topic()),
            "topic " + of.topic() + " cannot be described")
        .filter(found -> found.topicId().toString().equals(of.topicId()))
        .map(
            found -> new TopicState(of.topic(), of.topicId(), found.partitions().size(), Map.of()));
  }

  private Map<Integer, Long> offsets(TopicState topic, OffsetSpec spec) throws IOException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      wanted.put(new TopicPartition(topic.name(), partition), spec);
    }
    Map<TopicPartition, ListOffsetsResultInfo> found =
        KafkaAnswers.await(
            admin.listOffsets(wanted).all(), "offsets of topic " + topic.name() + " are not known");
    Map<Integer, Long> offsets = new TreeMap<>();
    found.forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
    return offsets;
  }

  /** Whether a record among them is committed or not yet decided. */
  private static boolean hasRecords(KafkaConsumer<byte[], byte[]> consumer, Unapplied unapplied) {
    TopicPartition partition = unapplied.partition();
    consumer.assign(List.of(partition));
    consumer.seek(partition, unapplied.from());
    long decided = consumer.endOffsets(List.of(partition)).get(partition);
    if (decided < unapplied.end()) {
      return true;
    }
    while (consumer.position(partition) < decided) {
      if (!consumer.poll(POLL).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(KafkaSettings.consumer(kafka));
  }
}
