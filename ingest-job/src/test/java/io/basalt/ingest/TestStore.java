package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.Reject;
import io.basalt.kafka.TestBroker;
import io.basalt.kafka.Topics;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** A store in a temporary directory with topics of its own on a real broker. */
final class TestStore implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path file;
  private final StoreConfig config;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> acks;
  private final Map<Integer, Long> produced = new HashMap<>();
  private final Map<Integer, Acknowledgement> acknowledged = new HashMap<>();
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  private TestStore(Path file, StoreConfig config, Admin admin) {
    this.file = file;
    this.config = config;
    this.admin = admin;
    this.producer = new KafkaProducer<>(KafkaSettings.producer(config.kafka()));
    this.acks = new KafkaConsumer<>(KafkaSettings.consumer(config.kafka()));
    TopicPartition topic = new TopicPartition(config.kafka().topics().acks(), 0);
    acks.assign(List.of(topic));
    acks.seekToBeginning(List.of(topic));
  }

  static TestStore create(Path directory, TestBroker broker, String prefix, String... more)
      throws Exception {
    List<String> yaml = new ArrayList<>();
    yaml.add("store: " + prefix);
    yaml.add("drives:");
    for (int i = 0; i < 4; i++) {
      yaml.add(
          "  - {id: scm-%d, tier: scm, path: scm-%d, enclosure: %s, size: 64MiB}"
              .formatted(i, i, i % 2 == 0 ? "a" : "b"));
    }
    yaml.addAll(
        List.of("segment-size: 1MiB", "shard-size: 16KiB", "max-record: 64KiB", "seal-after: 2s"));
    yaml.addAll(List.of(more));
    yaml.addAll(
        List.of(
            "kafka:",
            "  bootstrap: " + broker.bootstrap(),
            "  partitions: 4",
            "  topics: {writes: %s.writes, acks: %s.acks, rejects: %s.rejects, commits: %s.commits}"
                .formatted(prefix, prefix, prefix, prefix)));
    Path file = directory.resolve("basalt.yaml");
    Files.write(file, yaml);
    StoreConfig config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, "store-" + prefix);
    try (DriveSet drives = DriveSet.open(config)) {
      StoreInitializer.create(drives, config, Clock.systemUTC());
    }
    Admin admin = broker.admin();
    Topics.create(admin, config.kafka(), config.maxRecord());
    return new TestStore(file, config, admin);
  }

  Path file() {
    return file;
  }

  StoreConfig config() {
    return config;
  }

  Admin admin() {
    return admin;
  }

  String writes() {
    return config.kafka().topics().writes();
  }

  /** Sends a record to the partition of its key. */
  void send(String path, byte[] value, List<Header> headers) {
    byte[] key = path.getBytes(UTF_8);
    send(WriteRecordDecoder.partition(key, 4), key, value, headers);
  }

  void send(ByteModel.Step step) {
    send(step.path(), step.value(), step.headers());
  }

  void send(int partition, byte[] key, byte[] value, List<Header> headers) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(writes(), partition, key, value);
    headers.forEach(header -> record.headers().add(header.name(), header.value()));
    sent.add(producer.send(record));
  }

  /** Waits until everything sent is acknowledged; returns the highest root that says so. */
  long awaitAcknowledged() throws Exception {
    for (Future<RecordMetadata> each : sent) {
      RecordMetadata metadata = each.get();
      produced.merge(metadata.partition(), metadata.offset() + 1, Math::max);
    }
    sent.clear();
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!produced.entrySet().stream().allMatch(e -> next(e.getKey()) >= e.getValue())) {
      assertThat(Instant.now())
          .as("produced %s, acknowledged %s", produced, acknowledged)
          .isBefore(deadline);
      for (ConsumerRecord<byte[], byte[]> record : acks.poll(Duration.ofMillis(100))) {
        Acknowledgement ack = Acknowledgement.ofJson(record.value());
        assertThat(record.key()).isEqualTo(ack.key());
        acknowledged.merge(
            ack.partition(), ack, (a, b) -> a.next() > b.next() && sameTopic(a, b) ? a : b);
      }
    }
    return acknowledged.values().stream().mapToLong(Acknowledgement::root).max().orElse(0);
  }

  /** Deletes all records from the write topic, applied or not. */
  void dropKafkaRecords() throws Exception {
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    for (Future<RecordMetadata> each : sent) {
      RecordMetadata metadata = each.get();
      all.merge(
          new TopicPartition(writes(), metadata.partition()),
          RecordsToDelete.beforeOffset(metadata.offset() + 1),
          (a, b) -> a.beforeOffset() > b.beforeOffset() ? a : b);
    }
    sent.clear();
    admin.deleteRecords(all).all().get();
  }

  private static boolean sameTopic(Acknowledgement a, Acknowledgement b) {
    return a.topicId().equals(b.topicId());
  }

  private long next(int partition) {
    Acknowledgement ack = acknowledged.get(partition);
    return ack == null ? -1 : ack.next();
  }

  Map<Integer, Acknowledgement> acknowledged() {
    return acknowledged;
  }

  void forgetProduced() {
    produced.clear();
    acknowledged.clear();
  }

  /** All rejects so far, each record once. */
  Set<Reject> rejects() {
    Set<Reject> rejects = new LinkedHashSet<>();
    TopicPartition topic = new TopicPartition(config.kafka().topics().rejects(), 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaSettings.consumer(config.kafka()))) {
      consumer.assign(List.of(topic));
      consumer.seekToBeginning(List.of(topic));
      long end = consumer.endOffsets(List.of(topic)).get(topic);
      while (consumer.position(topic) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> rejects.add(Reject.ofJson(r.value())));
      }
    }
    return rejects;
  }

  Root head() throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      return new RootFiles(drives, config.rootCopies()).head();
    }
  }

  /** Every file of the store, read byte by byte. */
  Map<String, byte[]> files() throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    try (DriveSet drives = DriveSet.open(config)) {
      StoreReader reader = StoreReader.open(drives);
      List<String> paths;
      try (Stream<ListEntry> entries = reader.list("/", true)) {
        paths =
            entries
                .filter(ListEntry.File.class::isInstance)
                .map(entry -> ((ListEntry.File) entry).state().path())
                .toList();
      }
      for (String path : paths) {
        FileState state = reader.stat(path).orElseThrow();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        reader.read(state, Channels.newChannel(bytes));
        files.put(path, bytes.toByteArray());
      }
    }
    return files;
  }

  void assertHolds(ByteModel model) throws Exception {
    Map<String, byte[]> stored = files();
    assertThat(stored.keySet()).isEqualTo(model.files().keySet());
    for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
      assertThat(stored.get(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  @Override
  public void close() {
    producer.close();
    acks.close();
    admin.close();
  }
}
