package io.basalt.client;

import io.basalt.kafka.Acknowledgement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Decides when a write is settled. A write that was sent is settled once
 *
 * <ul>
 *   <li>the acknowledgement of its topic id with the highest root covers its offset,
 *   <li>the rejects topic was read up to the offset which that acknowledgement names, and
 *   <li>a look at the topics' ids, begun after both its offset and those rejects had been received,
 *       found the ids unchanged. Kafka names no topic id in the answer to a record, and ids are
 *       never used twice: the same id before and after proves that the offset belongs to it.
 * </ul>
 *
 * A log that was cut stores records at offsets that others had before. The client notices by an
 * offset that is too low: what it had sent at or above it may be lost and is unknown, and
 * acknowledgements up to then say nothing of what follows. The ingest begins such a log where it
 * was cut, so from the next root on they do.
 *
 * <p>Events arrive in any order: an acknowledgement may overtake the producer's own answer. Safe
 * from several threads; each settled write goes to {@code settled} once, under the lock, so that
 * must not block.
 */
final class PendingWrites {
  /** A settled write: a root, or the reason why not. */
  record Settlement(Write write, long root, Exception failure) {
    void complete() {
      if (failure == null) {
        write
            .future()
            .complete(new Acknowledged(write.path(), write.partition(), write.offset(), root));
      } else {
        write.future().completeExceptionally(failure);
      }
    }
  }

  private record RejectsRead(long end, long check) {}

  private static final class Partition {
    /** Sent and unsettled, by ascending offset: the producer answers in the order of offsets. */
    private final Deque<Write> sent = new ArrayDeque<>();

    /** Handed to the producer and not yet answered. */
    private int underWay;

    /** How far the highest root so far acknowledges; 0 since a cut until a higher one comes. */
    private long next;

    private long root;

    private int cuts;

    /** Reasons by offset, of writes that are sent or under way; of other clients too. */
    private final TreeMap<Long, String> rejects = new TreeMap<>();
  }

  private final Consumer<Settlement> settled;
  private final Map<Integer, Partition> partitions = new HashMap<>();

  /** Acknowledgements that name rejects which are not yet read for certain, oldest first. */
  private final List<Acknowledgement> waiting = new ArrayList<>();

  /** How far the rejects topic was read, and the check that makes it certain; oldest first. */
  private final Deque<RejectsRead> reads = new ArrayDeque<>();

  /** Counts the pairs of topics; a write belongs to the one it was begun with. */
  private int generation;

  private String topicId;
  private String rejectsTopicId;
  private long rejectsEnd = -1;
  private long checked;
  private int unsettled;

  PendingWrites(String topicId, String rejectsTopicId, Consumer<Settlement> settled) {
    this.topicId = topicId;
    this.rejectsTopicId = rejectsTopicId;
    this.settled = settled;
  }

  /** A write is about to be handed to the producer. */
  synchronized Write begin(String path, int partition) {
    Partition to = partition(partition);
    to.underWay++;
    unsettled++;
    return new Write(path, partition, generation, to.cuts, to.next);
  }

  /** The producer has stored the record; {@code check} is one that begins after this call. */
  synchronized void sent(Write write, long offset, long check) {
    write.sentAt(offset, check);
    if (write.generation() != generation) {
      settle(write, 0, recreated(write));
      return;
    }
    Partition partition = partition(write.partition());
    partition.underWay--;
    if (isBelow(partition, write)) {
      cut(write.partition(), partition, offset);
    }
    partition.sent.add(write);
    settleCovered(partition);
  }

  /** Whether others had this offset before: the producer answers in the order of offsets. */
  private static boolean isBelow(Partition partition, Write write) {
    return (write.cuts() == partition.cuts && write.offset() < write.above())
        || (!partition.sent.isEmpty() && write.offset() <= partition.sent.getLast().offset());
  }

  private void cut(int number, Partition partition, long offset) {
    partition.cuts++;
    partition.next = 0;
    for (Iterator<Acknowledgement> each = waiting.iterator(); each.hasNext(); ) {
      Acknowledgement before = each.next();
      if (before.partition() == number) {
        each.remove();
        partition.root = Math.max(partition.root, before.root());
      }
    }
    while (!partition.sent.isEmpty() && partition.sent.getLast().offset() >= offset) {
      Write lost = partition.sent.removeLast();
      settle(lost, 0, new WriteUnknownException(lost.path(), "the log of the write topic was cut"));
    }
  }

  /** The producer gave up. */
  synchronized void failed(Write write, Exception failure) {
    if (write.generation() == generation) {
      Partition partition = partition(write.partition());
      partition.underWay--;
      forgetRejects(partition);
    }
    settle(write, 0, failure);
  }

  synchronized void rejected(String rejectedTopicId, int number, long offset, String reason) {
    Partition partition = partitions.get(number);
    if (partition == null || !rejectedTopicId.equals(topicId)) {
      return;
    }
    partition.rejects.put(offset, reason);
    forgetRejects(partition);
  }

  /** The rejects topic was read up to {@code end}; {@code check} is one that begins after that. */
  synchronized void rejectsRead(long end, long check) {
    reads.add(new RejectsRead(end, check));
  }

  /** Takes an acknowledgement; of other topics it says nothing. */
  synchronized void acknowledged(Acknowledgement acknowledgement) {
    boolean nothingRejected = acknowledgement.rejectsTopicId().isEmpty();
    if (acknowledgement.topicId().equals(topicId)
        && (nothingRejected || acknowledgement.rejectsTopicId().equals(rejectsTopicId))) {
      waiting.add(acknowledgement);
      applyAcknowledgements();
    }
  }

  /** The check of this number found the same topics. */
  synchronized void confirmed(long check) {
    checked = Math.max(checked, check);
    while (!reads.isEmpty() && reads.getFirst().check() <= checked) {
      rejectsEnd = reads.removeFirst().end();
    }
    applyAcknowledgements();
    partitions.values().forEach(this::settleCovered);
  }

  /**
   * The write topic or the rejects topic is another one: nothing sent before can be told from it.
   */
  synchronized void startOver(String newTopicId, String newRejectsTopicId) {
    for (Partition partition : partitions.values()) {
      partition.sent.forEach(write -> settle(write, 0, recreated(write)));
    }
    partitions.clear();
    waiting.clear();
    if (!newRejectsTopicId.equals(rejectsTopicId)) {
      reads.clear();
      rejectsEnd = -1;
    }
    topicId = newTopicId;
    rejectsTopicId = newRejectsTopicId;
    generation++;
  }

  /** Fails everything that was sent. */
  synchronized void close() {
    for (Partition partition : partitions.values()) {
      for (Write write : partition.sent) {
        settle(write, 0, new WriteUnknownException(write.path(), "the client was closed"));
      }
      partition.sent.clear();
    }
  }

  /** Writes that are not settled. */
  synchronized int size() {
    return unsettled;
  }

  private void applyAcknowledgements() {
    for (Iterator<Acknowledgement> each = waiting.iterator(); each.hasNext(); ) {
      Acknowledgement acknowledgement = each.next();
      if (acknowledgement.rejects() <= rejectsEnd) {
        each.remove();
        apply(acknowledgement);
      }
    }
  }

  private void apply(Acknowledgement acknowledgement) {
    Partition partition = partition(acknowledgement.partition());
    if (acknowledgement.root() > partition.root) {
      partition.next = acknowledgement.next();
      partition.root = acknowledgement.root();
      settleCovered(partition);
    }
  }

  private Partition partition(int number) {
    return partitions.computeIfAbsent(number, absent -> new Partition());
  }

  private void settleCovered(Partition partition) {
    for (Iterator<Write> sent = partition.sent.iterator(); sent.hasNext(); ) {
      Write write = sent.next();
      if (write.offset() >= partition.next || write.check() > checked) {
        break;
      }
      sent.remove();
      String reason = partition.rejects.remove(write.offset());
      settle(
          write,
          partition.root,
          reason == null ? null : new WriteRejectedException(write.path(), reason));
    }
    forgetRejects(partition);
  }

  /** Drops the rejects of others: no write of ours, sent or under way, can have their offsets. */
  private static void forgetRejects(Partition partition) {
    if (partition.rejects.isEmpty()) {
      return;
    }
    if (partition.underWay == 0 && partition.sent.isEmpty()) {
      partition.rejects.clear();
    } else if (!partition.sent.isEmpty()) {
      partition.rejects.headMap(partition.sent.getFirst().offset()).clear();
    }
  }

  private void settle(Write write, long root, Exception failure) {
    unsettled--;
    settled.accept(new Settlement(write, root, failure));
  }

  private static WriteUnknownException recreated(Write write) {
    return new WriteUnknownException(
        write.path(), "the write topic or the rejects topic was recreated meanwhile");
  }
}
