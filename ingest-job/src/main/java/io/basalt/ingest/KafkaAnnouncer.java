package io.basalt.ingest;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaAnswers;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.Reject;
import io.basalt.kafka.Topics;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Announces through one idempotent producer to the rejects and acks topics. */
final class KafkaAnnouncer implements Announcer {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Topics topics;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private long rejectsEnd;

  private KafkaAnnouncer(KafkaProducer<byte[], byte[]> producer, Topics topics, long rejectsEnd) {
    this.producer = producer;
    this.topics = topics;
    this.rejectsEnd = rejectsEnd;
  }

  static KafkaAnnouncer open(StoreConfig.Kafka kafka, Admin admin, Topics topics)
      throws IOException {
    long rejectsEnd = topics.rejectsEnd(admin);
    return new KafkaAnnouncer(
        new KafkaProducer<>(KafkaSettings.producer(kafka)), topics, rejectsEnd);
  }

  @Override
  public String rejectsTopicId() {
    return topics.rejects().id();
  }

  @Override
  public long reject(List<Reject> rejects) throws IOException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (Reject reject : rejects) {
      byte[] key =
          (reject.topic() + "-" + reject.partition() + "-" + reject.offset())
              .getBytes(StandardCharsets.UTF_8);
      sent.add(send(topics.rejects().name(), key, reject.toJson()));
    }
    for (Future<RecordMetadata> one : sent) {
      long offset = KafkaAnswers.await(one, "a reject was not taken").offset();
      rejectsEnd = Math.max(rejectsEnd, offset + 1);
    }
    return rejectsEnd;
  }

  @Override
  public void acknowledge(List<Acknowledgement> acknowledgements) throws IOException {
    for (Acknowledgement acknowledgement : acknowledgements) {
      send(topics.acks().name(), acknowledgement.key(), acknowledgement.toJson());
    }
    Exception earlier = failure.get();
    if (earlier != null) {
      throw new IOException("an acknowledgement was not taken: " + earlier.getMessage(), earlier);
    }
  }

  private Future<RecordMetadata> send(String topic, byte[] key, byte[] value) throws IOException {
    try {
      return producer.send(
          new ProducerRecord<>(topic, 0, key, value),
          (metadata, error) -> {
            if (error != null) {
              failure.compareAndSet(null, error);
            }
          });
    } catch (KafkaException e) {
      throw new IOException("topic " + topic + " takes no records: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
