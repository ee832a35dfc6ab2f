package io.basalt.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.TestBroker;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.config.StoreConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
@Timeout(60)
class BasaltClientTest {
  private static final int MAX_RECORD = 1 << 20;

  @TempDir static Path directory;
  private static TestBroker broker;

  private StoreConfig.Kafka kafka;
  private Admin admin;
  private ScriptedAcknowledger ingest;
  private BasaltClient client;

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.start(directory.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void open(TestInfo test) throws IOException {
    kafka = broker.config(test.getTestMethod().orElseThrow().getName(), 4);
    admin = broker.admin();
    NewTopics.create(admin, kafka, MAX_RECORD);
    ingest = new ScriptedAcknowledger(kafka, admin);
    client = new BasaltClient(kafka, MAX_RECORD);
  }

  @AfterEach
  void close() {
    client.close();
    ingest.close();
    admin.close();
  }

  @Test
  void completesWhenTheAcknowledgementCoversIt() throws Exception {
    CompletableFuture<Acknowledged> first = client.put("/a/hello", "hello".getBytes(UTF_8));
    CompletableFuture<Acknowledged> second = client.append("/a/hello", "!".getBytes(UTF_8));
    int partition = partition("/a/hello", 4);
    assertThat(records(2)).allMatch(record -> record.partition() == partition);

    ingest.acknowledge(writesId(), partition, 1, 17);

    assertThat(settle(first)).isEqualTo(new Acknowledged("/a/hello", partition, 0, 17));
    assertThat(second).isNotDone();
    ingest.acknowledge(writesId(), partition, 2, 18);
    assertThat(settle(second)).isEqualTo(new Acknowledged("/a/hello", partition, 1, 18));
    assertThat(client.unsettled()).isZero();
  }

  @Test
  void writesWhatTheContractSays() {
    client.put("/f", new byte[0]);
    client.write("/f", 5, new byte[] {1});
    client.append("/f", new byte[] {2});
    client.truncate("/f", 3);
    client.delete("/f");

    assertThat(records(5).stream().map(BasaltClientTest::describe))
        .containsExactly(
            "/f op=put 0 bytes",
            "/f op=write offset=5 1 bytes",
            "/f op=append 1 bytes",
            "/f op=truncate size=3 0 bytes",
            "/f op=delete null");
  }

  @Test
  void largeContentIsPublishedOnceItsPartsAreThere() throws Exception {
    byte[] content = new byte[2 * BasaltClient.MAX_PART_BYTES + 100];
    new Random(7).nextBytes(content);

    CompletableFuture<Acknowledged> put = client.put("/big", new ByteArrayInputStream(content));
    List<ConsumerRecord<byte[], byte[]>> records = records(4);

    byte[] uploaded = new byte[content.length];
    for (ConsumerRecord<byte[], byte[]> part : records.subList(0, 3)) {
      assertThat(header(part, "op")).isEqualTo("write");
      assertThat(header(part, "upload")).isEqualTo(header(records.get(3), "upload"));
      System.arraycopy(
          part.value(), 0, uploaded, Integer.parseInt(header(part, "offset")), part.value().length);
    }
    assertThat(uploaded).isEqualTo(content);
    assertThat(header(records.get(3), "op")).isEqualTo("publish");
    assertThat(header(records.get(3), "size")).isEqualTo("" + content.length);
    ingest.acknowledge(writesId(), partition("/big", 4), 3, 5);
    assertThat(put).isNotDone();
    ingest.acknowledge(writesId(), partition("/big", 4), 4, 6);
    assertThat(settle(put).root()).isEqualTo(6);
  }

  @Test
  void rejectedPartExplainsTheRejectedPublish() {
    byte[] content = new byte[BasaltClient.MAX_PART_BYTES + 1];
    CompletableFuture<Acknowledged> put = client.put("/big", content);
    int partition = partition("/big", 4);
    records(3);

    ingest.reject(writesId(), partition, 1, "header offset is past the largest file");
    ingest.reject(writesId(), partition, 2, "parts do not make a whole");
    ingest.acknowledge(writesId(), partition, 3, 5);

    assertThatThrownBy(() -> settle(put))
        .hasCauseInstanceOf(WriteRejectedException.class)
        .hasMessageContaining("/big was rejected: header offset is past the largest file");
  }

  @Test
  void readsRejectsFirst() throws Exception {
    CompletableFuture<Acknowledged> bad = client.truncate("/f", Long.MAX_VALUE);
    CompletableFuture<Acknowledged> good = client.truncate("/f", 1);
    int partition = partition("/f", 4);
    records(2);

    // A client that did not wait for rejects would complete both writes here.
    ingest.expectOneMoreReject();
    ingest.acknowledge(writesId(), partition, 2, 5);
    ingest.reject(writesId(), partition, 0, "header size is past the largest file");

    assertThatThrownBy(() -> settle(bad))
        .cause()
        .isInstanceOfSatisfying(
            WriteRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo("header size is past the largest file"));
    assertThat(settle(good).root()).isEqualTo(5);
  }

  @Test
  void skipsWhatIsNotOurs() throws Exception {
    CompletableFuture<Acknowledged> write = client.put("/f", new byte[1]);
    records(1);

    ingest.garbage();
    ingest.acknowledge("another topic", partition("/f", 4), 100, 4);
    ingest.acknowledge(writesId(), partition("/f", 4), 1, 5);

    assertThat(settle(write).root()).isEqualTo(5);
  }

  @Test
  void goesOnWithARecreatedTopic() throws Exception {
    CompletableFuture<Acknowledged> old = client.put("/f", new byte[1]);
    records(1);
    String oldId = writesId();
    admin.deleteTopics(List.of(kafka.topics().writes())).all().get();
    StoreConfig.Kafka wider = broker.config("goesOnWithARecreatedTopic", 7);
    NewTopics.create(admin, wider, MAX_RECORD);
    ingest.acknowledge(oldId, partition("/f", 4), 0, 3);
    assertThatThrownBy(() -> settle(old))
        .hasCauseInstanceOf(WriteUnknownException.class)
        .hasMessageContaining("recreated");

    CompletableFuture<Acknowledged> young = client.put("/f", new byte[2]);
    assertThat(records(1).get(0).partition()).isEqualTo(partition("/f", 7));
    ingest.acknowledge(oldId, partition("/f", 7), 100, 4);
    assertThat(young).isNotDone();
    ingest.acknowledge(writesId(), partition("/f", 7), 1, 5);

    assertThat(settle(young).root()).isEqualTo(5);
  }

  @Test
  void outlivesARestartOfTheBroker() throws Exception {
    CompletableFuture<Acknowledged> before = client.put("/f", new byte[1]);
    records(1);
    broker.restart();
    CompletableFuture<Acknowledged> after = client.append("/f", new byte[1]);
    records(2);

    ingest.acknowledge(writesId(), partition("/f", 4), 2, 9);

    assertThat(settle(before).root()).isEqualTo(9);
    assertThat(settle(after).root()).isEqualTo(9);
  }

  @Test
  void aDependentWriteMayFollowInACallback() throws Exception {
    CompletableFuture<Acknowledged> both =
        client.put("/f", new byte[1]).thenCompose(done -> client.append("/f", new byte[1]));
    records(1);
    ingest.acknowledge(writesId(), partition("/f", 4), 1, 5);
    records(2);
    ingest.acknowledge(writesId(), partition("/f", 4), 2, 6);

    assertThat(settle(both).root()).isEqualTo(6);
  }

  @Test
  void refusesWhatCannotBeARecord() {
    assertThatThrownBy(() -> client.put("relative", new byte[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not start with /");
    assertThatThrownBy(() -> client.append("/f", new byte[MAX_RECORD + 1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1048577 bytes in one record, at most 1048576 are allowed");
  }

  @Test
  void aStreamThatBreaksPublishesNothing() {
    InputStream broken =
        new InputStream() {
          private int left = BasaltClient.MAX_PART_BYTES + 10;

          @Override
          public int read() throws IOException {
            if (left == 0) {
              throw new IOException("the disk is gone");
            }
            left--;
            return 1;
          }
        };

    assertThatThrownBy(() -> client.put("/f", broken)).hasMessage("the disk is gone");

    assertThat(records(1)).allMatch(record -> header(record, "op").equals("write"));
  }

  @Test
  void closingFailsWhatIsNotAcknowledged() {
    CompletableFuture<Acknowledged> write = client.put("/f", new byte[1]);

    client.close();

    assertThatThrownBy(() -> settle(write))
        .hasCauseInstanceOf(WriteUnknownException.class)
        .hasMessageContaining("the client was closed");
    assertThat(records(1)).hasSize(1);
    assertThatThrownBy(() -> client.put("/f", new byte[1])).hasMessage("the client is closed");
  }

  private static Acknowledged settle(CompletableFuture<Acknowledged> future)
      throws ExecutionException, InterruptedException {
    return future.orTimeout(30, TimeUnit.SECONDS).get();
  }

  private String writesId() {
    return ingest.topicId(kafka.topics().writes());
  }

  private static int partition(String path, int partitions) {
    return WriteRecordDecoder.partition(path.getBytes(UTF_8), partitions);
  }

  /** Waits for this many records, reading the write topic from its start. */
  private List<ConsumerRecord<byte[], byte[]>> records(int count) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaSettings.consumer(kafka))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(kafka.topics().writes()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (records.size() < count) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  private static String describe(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder text = new StringBuilder(new String(record.key(), UTF_8));
    for (Header header : record.headers()) {
      text.append(' ').append(header.key()).append('=').append(new String(header.value(), UTF_8));
    }
    return text.append(record.value() == null ? " null" : " " + record.value().length + " bytes")
        .toString();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
