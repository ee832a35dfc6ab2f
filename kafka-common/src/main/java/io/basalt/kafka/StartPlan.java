package io.basalt.kafka;

import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Where each partition of the write topic is to be read from, as the head says; or a refusal. Pure:
 * a function of the head and of what Kafka holds, so that all tasks of a job come to the same plan.
 *
 * @param incarnation the incarnation that is read
 * @param starts one per partition
 */
public record StartPlan(Incarnation incarnation, Map<Integer, Start> starts) {
  public StartPlan {
    starts = Map.copyOf(starts);
  }

  /**
   * Start of a partition.
   *
   * @param from where the next range of the partition begins
   * @param seek offset to read from; above {@code from} where the offsets between are lost
   */
  public record Start(long from, long seek) {}

  /**
   * What Kafka holds of a partition.
   *
   * @param start first offset that is still there
   * @param end offset after the last record
   * @param cutAt where other records begin, or the end, if not all records below the position are
   *     still those that were applied
   */
  public record PartitionLog(long start, long end, OptionalLong cutAt) {}

  /**
   * Plans.
   *
   * @param writes the write topic
   * @param logs what it holds, one per partition
   * @param unapplied records of the newest incarnation that are not applied, where that is another
   *     topic; empty if that topic is gone
   * @param accepted what may be lost
   * @throws TopicException in one sentence, where going on would lose or reorder writes
   */
  static StartPlan of(
      Root head,
      TopicState writes,
      Map<Integer, PartitionLog> logs,
      OptionalLong unapplied,
      Acceptance accepted) {
    if (logs.size() != writes.partitions()) {
      throw new IllegalArgumentException(logs.size() + " logs of " + writes.partitions());
    }
    Optional<Incarnation> newest = newest(head);
    if (newest.isEmpty()) {
      return fresh(new Incarnation(1, writes.name(), writes.id(), writes.partitions()), logs);
    }
    Incarnation last = newest.get();
    if (!last.topicId().equals(writes.id())) {
      checkReplaced(last, writes, unapplied, accepted);
      return fresh(
          new Incarnation(last.number() + 1, writes.name(), writes.id(), writes.partitions()),
          logs);
    }
    return resume(head, last, writes, logs, accepted);
  }

  /** The newest incarnation of a root. */
  public static Optional<Incarnation> newest(Root head) {
    List<Incarnation> all = head.incarnations();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  private static StartPlan fresh(Incarnation incarnation, Map<Integer, PartitionLog> logs) {
    Map<Integer, Start> starts = new TreeMap<>();
    logs.forEach((partition, log) -> starts.put(partition, new Start(log.start(), log.start())));
    return new StartPlan(incarnation, starts);
  }

  private static void checkReplaced(
      Incarnation last, TopicState writes, OptionalLong unapplied, Acceptance accepted) {
    if (accepted.covers(last) || (unapplied.isPresent() && unapplied.getAsLong() == 0)) {
      return;
    }
    String what =
        unapplied.isPresent()
            ? "topic %s still has %d records that are not applied: ingest it to its end first"
                .formatted(last.topic(), unapplied.getAsLong())
            : ("topic %s with the id %s is gone, so whether all its records are applied is not"
                    + " known: bring it back")
                .formatted(last.topic(), last.topicId());
    throw new TopicException(
        "%s, or go on with topic %s (id %s) by --accept-loss"
            .formatted(what, writes.name(), writes.id()));
  }

  private static StartPlan resume(
      Root head,
      Incarnation last,
      TopicState writes,
      Map<Integer, PartitionLog> logs,
      Acceptance accepted) {
    boolean repartitioned = writes.partitions() != last.partitions();
    if (repartitioned && !accepted.covers(last)) {
      throw new TopicException(
          ("topic %s has %d partitions and had %d when the store began with it; paths would change"
                  + " their partition: make a new topic with %d, name it in kafka.topics.writes,"
                  + " or go on by --accept-loss")
              .formatted(
                  writes.name(), writes.partitions(), last.partitions(), writes.partitions()));
    }
    List<Integer> cut = new ArrayList<>();
    Map<Integer, Start> starts = new TreeMap<>();
    logs.forEach(
        (partition, log) -> {
          Optional<Position> position = position(head, last, partition);
          starts.put(partition, start(last, partition, position, log, accepted));
          if (position.isPresent() && log.cutAt().isPresent()) {
            cut.add(partition);
          }
        });
    // Offsets that were used before come again: only another incarnation keeps versions ascending.
    boolean next = repartitioned || !cut.isEmpty();
    return new StartPlan(
        new Incarnation(
            next ? last.number() + 1 : last.number(),
            writes.name(),
            writes.id(),
            writes.partitions()),
        starts);
  }

  private static Start start(
      Incarnation last,
      int partition,
      Optional<Position> position,
      PartitionLog log,
      Acceptance accepted) {
    if (position.isEmpty()) {
      return new Start(log.start(), log.start());
    }
    long next = position.get().next();
    if (log.cutAt().isPresent()) {
      if (!accepted.covers(last)) {
        throw new TopicException(
            ("partition %d of topic %s ends at offset %d or holds other records than those applied"
                    + " up to offset %d: its log was cut, so restore it, or go on by --accept-loss")
                .formatted(partition, last.topic(), log.end(), next));
      }
      // What came after the cut was never applied.
      long from = Math.max(log.start(), log.cutAt().getAsLong());
      return new Start(from, from);
    }
    if (log.start() > next && !accepted.covers(position.get())) {
      throw new TopicException(
          ("Kafka no longer holds offsets %d to %d of partition %d of topic %s, which are not"
                  + " applied: restore them, or go on without them by --accept-loss")
              .formatted(next, log.start() - 1, partition, last.topic()));
    }
    return new Start(next, Math.max(next, log.start()));
  }

  /**
   * The position of a partition; one that the newest incarnation has not read yet goes on where the
   * one before it stopped, if that is the same topic.
   */
  static Optional<Position> position(Root head, Incarnation last, int partition) {
    Optional<Position> best = Optional.empty();
    for (Position position : head.positions()) {
      if (position.partition() == partition
          && sameTopic(head, position.incarnation(), last)
          && (best.isEmpty() || best.get().incarnation() < position.incarnation())) {
        best = Optional.of(position);
      }
    }
    return best;
  }

  private static boolean sameTopic(Root head, int incarnation, Incarnation last) {
    return head.incarnations().stream()
        .anyMatch(i -> i.number() == incarnation && i.topicId().equals(last.topicId()));
  }
}
