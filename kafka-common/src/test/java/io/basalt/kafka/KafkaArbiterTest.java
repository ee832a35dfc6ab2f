package io.basalt.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.Arbiter.Decided;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class KafkaArbiterTest {
  private static final AtomicInteger TESTS = new AtomicInteger();

  @TempDir static Path directory;
  private static TestBroker broker;
  private StoreConfig.Kafka kafka;

  @BeforeAll
  static void start() {
    broker = TestBroker.start(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void create() throws Exception {
    kafka = broker.config("arbiter-" + TESTS.incrementAndGet(), 1);
    try (Admin admin = broker.admin()) {
      NewTopics.create(admin, kafka, 1 << 20);
    }
  }

  private static Proposal proposal(long number) {
    return new Proposal("store", "body-" + (number - 1), number, "body-" + number, 7, "1-aa");
  }

  @Test
  void readsWhatItAndOthersAppended() throws Exception {
    try (KafkaArbiter one = KafkaArbiter.open(kafka);
        KafkaArbiter two = KafkaArbiter.open(kafka)) {
      assertThat(one.readFrom(0)).isEmpty();
      assertThat(one.append(proposal(2))).isEqualTo(0);
      assertThat(one.readFrom(0)).containsExactly(new Decided(0, proposal(2)));
      assertThat(two.append(proposal(3))).isEqualTo(1);
      assertThat(two.append(proposal(4))).isEqualTo(2);
      assertThat(two.readFrom(0)).extracting(Decided::offset).containsExactly(0L, 1L, 2L);
      assertThat(one.readFrom(1)).extracting(Decided::offset).containsExactly(1L, 2L);
      assertThat(one.readFrom(3)).isEmpty();
      assertThat(one.readFrom(0)).hasSize(3);
      assertThat(one.topicId()).isEqualTo(two.topicId()).isNotEmpty();
      assertThat(one.clusterId()).isEqualTo(two.clusterId()).isNotEmpty();
    }
  }

  @Test
  void ignoresWhatIsNoProposal() throws Exception {
    try (KafkaArbiter arbiter = KafkaArbiter.open(kafka)) {
      send(null);
      send("hello".getBytes(StandardCharsets.UTF_8));
      arbiter.append(proposal(2));
      assertThat(arbiter.readFrom(0)).containsExactly(new Decided(2, proposal(2)));
    }
  }

  @Test
  void noticesRecordsThatAreGone() throws Exception {
    try (KafkaArbiter arbiter = KafkaArbiter.open(kafka)) {
      for (int number = 2; number < 6; number++) {
        arbiter.append(proposal(number));
      }
      try (Admin admin = broker.admin()) {
        TopicPartition log = new TopicPartition(kafka.topics().commits(), 0);
        admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(2))).all().get();
      }
      assertThat(arbiter.readFrom(2)).hasSize(2);
      assertThatThrownBy(() -> arbiter.readFrom(1))
          .isInstanceOf(ArbiterException.class)
          .hasMessageContaining("no longer holds offset 1");
      assertThat(arbiter.readFrom(3)).hasSize(1);
    }
  }

  @Test
  void noticesATopicMadeAnew() throws Exception {
    try (KafkaArbiter old = KafkaArbiter.open(kafka);
        Admin admin = broker.admin()) {
      old.append(proposal(2));
      old.append(proposal(3));
      assertThat(old.readFrom(0)).hasSize(2);
      admin.deleteTopics(List.of(kafka.topics().commits())).all().get();
      NewTopics.create(admin, kafka, 1 << 20);
      try (KafkaArbiter anew = KafkaArbiter.open(kafka)) {
        assertThat(anew.topicId()).isNotEqualTo(old.topicId());
        assertThat(anew.readFrom(0)).isEmpty();
      }
    }
  }

  @Test
  void survivesABrokerThatStartsAgain() throws Exception {
    try (KafkaArbiter arbiter = KafkaArbiter.open(kafka)) {
      arbiter.append(proposal(2));
      assertThat(arbiter.readFrom(0)).hasSize(1);
      broker.restart();
      assertThat(arbiter.append(proposal(3))).isEqualTo(1);
      assertThat(arbiter.readFrom(1)).containsExactly(new Decided(1, proposal(3)));
    }
  }

  @Test
  void saysThatTheTopicIsMissing() {
    StoreConfig.Kafka missing = broker.config("missing", 1);
    assertThatThrownBy(() -> KafkaArbiter.open(missing))
        .isInstanceOf(TopicException.class)
        .hasMessageContaining("missing.commits does not exist");
  }

  @Test
  void doesNotWaitLongerThanItIsTold() {
    StoreConfig.Kafka nobody =
        new StoreConfig.Kafka(
            "127.0.0.1:1", kafka.topics(), kafka.partitions(), kafka.keep(), kafka.properties());
    assertThatThrownBy(() -> KafkaArbiter.open(nobody, Duration.ofMillis(200)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Kafka at 127.0.0.1:1 does not answer");
  }

  private void send(byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(KafkaSettings.producer(kafka))) {
      producer.send(new ProducerRecord<>(kafka.topics().commits(), 0, null, value)).get();
    }
  }
}
