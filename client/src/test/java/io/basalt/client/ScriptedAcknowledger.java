package io.basalt.client;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.Reject;
import io.basalt.storage.config.StoreConfig;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Plays the ingest's part on the acks and rejects topics, when it is told to. */
final class ScriptedAcknowledger implements AutoCloseable {
  private final StoreConfig.Kafka kafka;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private long rejects;

  ScriptedAcknowledger(StoreConfig.Kafka kafka, Admin admin) {
    this.kafka = kafka;
    this.admin = admin;
    this.producer = new KafkaProducer<>(KafkaSettings.producer(kafka));
  }

  void reject(String topicId, int partition, long offset, String reason) {
    Reject reject = new Reject(kafka.topics().writes(), topicId, partition, offset, "", reason);
    rejects = send(kafka.topics().rejects(), null, reject.toJson()) + 1;
  }

  /** Claims that one more reject than there is must be read first. */
  void expectOneMoreReject() {
    rejects++;
  }

  void acknowledge(String topicId, int partition, long next, long root) {
    Acknowledgement acknowledgement =
        new Acknowledgement(
            kafka.topics().writes(),
            topicId,
            partition,
            next,
            rejects,
            topicId(kafka.topics().rejects()),
            root,
            Instant.EPOCH);
    send(kafka.topics().acks(), acknowledgement.key(), acknowledgement.toJson());
  }

  String topicId(String topic) {
    try {
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .get(topic)
          .topicId()
          .toString();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  void garbage() {
    send(
        kafka.topics().acks(),
        new byte[] {1},
        "not json".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    send(kafka.topics().acks(), new byte[] {1}, null);
    rejects = send(kafka.topics().rejects(), null, new byte[0]) + 1;
  }

  private long send(String topic, byte[] key, byte[] value) {
    try {
      return producer.send(new ProducerRecord<>(topic, 0, key, value)).get().offset();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
