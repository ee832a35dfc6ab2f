package io.basalt.kafka;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.ProposalCodec;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The commits topic as the arbiter. The consumer belongs to no group and stays assigned and
 * positioned between commits: its fetch waits at the broker, so that an append is answered at once.
 */
public final class KafkaArbiter implements Arbiter {
  private static final Duration READ_DEADLINE = Duration.ofSeconds(30);
  private static final Duration OPEN_PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final StoreConfig.Kafka kafka;
  private final TopicPartition log;
  private final String clusterId;
  private final String topicId;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private KafkaProducer<byte[], byte[]> producer;
  private long position = -1;
  private long appended = -1;

  private KafkaArbiter(StoreConfig.Kafka kafka, String clusterId, String topicId) {
    this.kafka = kafka;
    this.log = new TopicPartition(kafka.topics().commits(), 0);
    this.clusterId = clusterId;
    this.topicId = topicId;
    this.consumer = new KafkaConsumer<>(consumerSettings(kafka));
    consumer.assign(List.of(log));
    this.producer = new KafkaProducer<>(producerSettings(kafka));
  }

  /**
   * Connects to the commits topic.
   *
   * @throws TopicException if it does not exist or has more than one partition
   * @throws IOException if Kafka does not answer
   */
  public static KafkaArbiter open(StoreConfig.Kafka kafka) throws IOException {
    return open(kafka, OPEN_PATIENCE);
  }

  /**
   * Connects to the commits topic, for those who can do without.
   *
   * @param patience how long to wait for Kafka's answer
   * @throws TopicException if it does not exist or has more than one partition
   * @throws IOException if Kafka does not answer
   */
  public static KafkaArbiter open(StoreConfig.Kafka kafka, Duration patience) throws IOException {
    Map<String, Object> settings = new HashMap<>(KafkaSettings.admin(kafka));
    int millis = Math.toIntExact(patience.toMillis());
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    try (Admin admin = Admin.create(settings)) {
      String clusterId =
          KafkaAnswers.await(
              admin.describeCluster().clusterId(),
              "Kafka at " + kafka.bootstrap() + " does not answer");
      return new KafkaArbiter(kafka, clusterId, topicId(admin, kafka));
    } catch (KafkaException e) {
      throw new IOException("Kafka at " + kafka.bootstrap() + ": " + e.getMessage(), e);
    }
  }

  private static String topicId(Admin admin, StoreConfig.Kafka kafka) throws IOException {
    String topic = kafka.topics().commits();
    TopicDescription description =
        KafkaAnswers.ifThere(
                admin.describeTopics(List.of(topic)).topicNameValues().get(topic),
                "topic " + topic + " cannot be described")
            .orElseThrow(() -> TopicException.missing(topic, kafka.bootstrap()));
    if (description.partitions().size() != 1) {
      throw TopicException.notSingle(topic, description.partitions().size());
    }
    return description.topicId().toString();
  }

  private static Map<String, Object> consumerSettings(StoreConfig.Kafka kafka) {
    Map<String, Object> settings = new HashMap<>(KafkaSettings.consumer(kafka));
    // What is in the log counts, for everyone alike; a stranger's open transaction holds nobody up.
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return settings;
  }

  private static Map<String, Object> producerSettings(StoreConfig.Kafka kafka) {
    Map<String, Object> settings = new HashMap<>(KafkaSettings.producer(kafka));
    settings.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    settings.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 30_000);
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return settings;
  }

  @Override
  public String clusterId() {
    return clusterId;
  }

  @Override
  public String topicId() {
    return topicId;
  }

  @Override
  public long append(Proposal proposal) throws IOException {
    String what = "append to topic " + log.topic();
    try {
      if (producer == null) {
        producer = new KafkaProducer<>(producerSettings(kafka));
      }
      byte[] value = ProposalCodec.encode(proposal);
      appended =
          KafkaAnswers.await(producer.send(new ProducerRecord<>(log.topic(), 0, null, value)), what)
              .offset();
      return appended;
    } catch (InterruptedIOException left) {
      throw left;
    } catch (InterruptException e) {
      throw KafkaAnswers.interrupted(e);
    } catch (IOException e) {
      dropProducer();
      throw e;
    } catch (KafkaException e) {
      dropProducer();
      throw new IOException(what + ": " + e.getMessage(), e);
    }
  }

  /** After an error an idempotent producer may refuse all else; a new one begins anew. */
  private void dropProducer() {
    KafkaProducer<byte[], byte[]> failed = producer;
    producer = null;
    if (failed != null) {
      failed.close(Duration.ZERO);
    }
  }

  @Override
  public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
    try {
      long end = end(offset);
      if (end < offset) {
        throw new ArbiterException(
            ("topic %s ends at offset %d and was read up to %d: it was cut or made anew; stop all"
                    + " jobs and run basalt repair-arbiter")
                .formatted(log.topic(), end, offset));
      }
      return read(offset, end);
    } catch (OffsetOutOfRangeException e) {
      throw new ArbiterException(
          ("topic %s no longer holds offset %d, which the head needs: its retention is too small;"
                  + " stop all jobs and run basalt repair-arbiter")
              .formatted(log.topic(), offset));
    } catch (InterruptException e) {
      throw KafkaAnswers.interrupted(e);
    } catch (KafkaException e) {
      throw new IOException("read of topic " + log.topic() + ": " + e.getMessage(), e);
    }
  }

  /** An own append that was answered tells how far to read, and saves a request. */
  private long end(long offset) {
    return appended >= offset
        ? appended + 1
        : consumer.endOffsets(List.of(log), READ_DEADLINE).get(log);
  }

  private List<Decided> read(long offset, long end) throws IOException {
    if (position != offset) {
      consumer.seek(log, offset);
    }
    // Until all is read: a read that fails has moved the consumer, and the next one seeks.
    position = -1;
    List<Decided> records = new ArrayList<>();
    long deadline = System.nanoTime() + READ_DEADLINE.toNanos();
    long at = offset;
    while (at < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        String where = "offset " + record.offset();
        ProposalCodec.decode(record.value(), log.topic(), where)
            .ifPresent(proposal -> records.add(new Decided(record.offset(), proposal)));
      }
      at = consumer.position(log, READ_DEADLINE);
      if (at < end && System.nanoTime() - deadline > 0) {
        throw new IOException(
            "topic %s was not read up to offset %d within %d s"
                .formatted(log.topic(), end, READ_DEADLINE.toSeconds()));
      }
    }
    position = at;
    return records;
  }

  @Override
  public void close() {
    try {
      dropProducer();
    } finally {
      consumer.close(CloseOptions.timeout(CLOSE));
    }
  }
}
