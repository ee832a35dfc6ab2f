package io.basalt.client;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.Reject;
import io.basalt.storage.config.StoreConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the acks and the rejects topic, from their ends at the time it is made, and hands what it
 * finds on: the rejects of a poll first, as its acknowledgements may name them. Acknowledgements
 * that it misses are repeated by the ingest; rejects that it misses make what was sent unknown.
 */
final class AcknowledgementReader implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AcknowledgementReader.class);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Who is told, on the reader's thread. */
  interface Listener {
    void rejected(Reject reject);

    /** All rejects below this offset were handed over. */
    void rejectsRead(long end);

    void acknowledged(Acknowledgement acknowledgement);

    /** Rejects are gone that were not read. */
    void rejectsLost();

    /** Called about ten times a second. */
    void idle();
  }

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition acks;
  private final TopicPartition rejects;
  private final Listener listener;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;
  private long rejectsEnd = -1;

  /** Blocks until it knows the ends of both topics; owns the consumer. */
  AcknowledgementReader(
      Consumer<byte[], byte[]> consumer, StoreConfig.Topics names, Listener listener) {
    this.consumer = consumer;
    this.acks = new TopicPartition(names.acks(), 0);
    this.rejects = new TopicPartition(names.rejects(), 0);
    this.listener = listener;
    Set<TopicPartition> both = Set.of(acks, rejects);
    try {
      consumer.assign(both);
      Map<TopicPartition, Long> ends = consumer.endOffsets(both);
      ends.forEach(consumer::seek);
    } catch (RuntimeException e) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      throw e;
    }
  }

  /** Runs a task on the reader's thread, between two polls. */
  void execute(Runnable task) {
    tasks.add(task);
  }

  /** The rejects topic is another one: reads it from its start. On the reader's thread only. */
  void rewindRejects() {
    rejectsEnd = -1;
    consumer.seekToBeginning(List.of(rejects));
  }

  @Override
  public void run() {
    try (consumer) {
      while (!closed) {
        step();
      }
    }
  }

  private void step() {
    try {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      handOn(consumer.poll(POLL));
      listener.idle();
    } catch (WakeupException e) {
      LOG.debug("woken to close");
    } catch (InvalidOffsetException e) {
      startOver(e.partitions());
    } catch (RetriableException e) {
      LOG.debug("Kafka does not answer, asking again", e);
    } catch (KafkaException e) {
      LOG.warn("acknowledgements cannot be read, trying again", e);
    }
  }

  private void handOn(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> each : records.records(rejects)) {
      parse(each, () -> listener.rejected(Reject.ofJson(each.value())));
    }
    long end = consumer.position(rejects);
    if (end != rejectsEnd) {
      rejectsEnd = end;
      listener.rejectsRead(end);
    }
    for (ConsumerRecord<byte[], byte[]> each : records.records(acks)) {
      // A null value is a tombstone of compaction.
      if (each.value() != null) {
        parse(each, () -> listener.acknowledged(Acknowledgement.ofJson(each.value())));
      }
    }
  }

  /** Anyone can produce to a topic: what is no JSON of ours is skipped, and said. */
  private static void parse(ConsumerRecord<byte[], byte[]> from, Runnable handOver) {
    try {
      handOver.run();
    } catch (IllegalArgumentException | ArithmeticException e) {
      LOG.warn("skipped {} offset {}: {}", from.topic(), from.offset(), e.getMessage());
    }
  }

  private void startOver(Set<TopicPartition> lost) {
    if (lost.contains(acks)) {
      consumer.seekToEnd(List.of(acks));
    }
    if (lost.contains(rejects)) {
      rewindRejects();
      listener.rejectsLost();
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
  }
}
