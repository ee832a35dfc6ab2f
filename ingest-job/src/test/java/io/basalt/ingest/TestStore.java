package io.basalt.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.Reject;
import io.basalt.kafka.TestBroker;
import io.basalt.kafka.Topics;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.kafka.WriteRecordDecoder;
import io.basalt.storage.Contents;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Space;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.RandomAccessFile;
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
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** A store in a temporary directory with topics of its own on a real broker. */
final class TestStore implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path file;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> acks;
  private final Map<Integer, Long> produced = new HashMap<>();
  private final Map<Integer, Acknowledgement> acknowledged = new HashMap<>();
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private StoreConfig config;
  private KafkaProducer<byte[], byte[]> producer;
  private String topicId;
  private long forgotten;

  private TestStore(Path file, StoreConfig config, Admin admin) throws Exception {
    this.file = file;
    this.admin = admin;
    configured(config);
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
        List.of(
            "segment-size: 1MiB", "shard-size: 16KiB", "max-record: 64KiB", "max-file-size: 1MiB"));
    yaml.add("seal-after: 2s");
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
    return new TestStore(file, config, admin);
  }

  /** Changes the file, as an operator does between two jobs. */
  void edit(UnaryOperator<String> change) throws Exception {
    Files.writeString(file, change.apply(Files.readString(file)));
    configured(StoreConfigLoader.load(file));
  }

  /** Names a write topic of its own partitions in the file, and makes it; what was sent is past. */
  void begin(String topic, int partitions) throws Exception {
    String before = writes();
    edit(
        yaml ->
            yaml.replace("writes: " + before, "writes: " + topic)
                .replaceAll("partitions: \\d+", "partitions: " + partitions));
    forgetSent();
    // One that knew a topic of this name may go on sending to what was deleted.
    producer.close();
    producer = new KafkaProducer<>(KafkaSettings.producer(config.kafka()));
  }

  void deleteWrites() throws Exception {
    admin.deleteTopics(List.of(writes())).all().get();
  }

  /** Another log in place of the one that decided the roots so far. */
  void makeCommitsAnew() throws Exception {
    admin.deleteTopics(List.of(config.kafka().topics().commits())).all().get();
    NewTopics.create(admin, config.kafka(), config.maxRecord());
  }

  String topicSetting(String setting) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, writes());
    return admin.describeConfigs(List.of(topic)).all().get().get(topic).get(setting).value();
  }

  void topicSetting(String setting, String value) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, writes());
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
  }

  private void configured(StoreConfig config) throws Exception {
    this.config = config;
    NewTopics.create(admin, config.kafka(), config.maxRecord());
    this.topicId = Topics.check(admin, config.kafka()).writes().id();
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

  /** Reads what another store reads too. */
  void shareWrites(TestStore other) throws Exception {
    String own = writes();
    edit(yaml -> yaml.replace("writes: " + own, "writes: " + other.writes()));
    produced.putAll(other.produced);
  }

  /** Kafka's id of the write topic. */
  String topicId() {
    return topicId;
  }

  /** Where the partition of a path is acknowledged up to. */
  long next(String path) {
    return next(WriteRecordDecoder.partition(path.getBytes(UTF_8), config.kafka().partitions()));
  }

  /** Sends a record to the partition of its key. */
  void send(String path, byte[] value, List<Header> headers) {
    byte[] key = path.getBytes(UTF_8);
    send(WriteRecordDecoder.partition(key, config.kafka().partitions()), key, value, headers);
  }

  void send(ByteModel.Step step) {
    send(step.partition(), step.key(), step.value(), step.headers());
  }

  void send(int partition, byte[] key, byte[] value, List<Header> headers) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(writes(), partition, key, value);
    headers.forEach(header -> record.headers().add(header.name(), header.value()));
    sent.add(producer.send(record));
  }

  /** Waits until Kafka has everything that was sent. */
  void awaitSent() throws Exception {
    for (Future<RecordMetadata> each : sent) {
      RecordMetadata metadata = each.get();
      produced.merge(metadata.partition(), metadata.offset() + 1, Math::max);
    }
    sent.clear();
  }

  /** What was sent and acknowledged so far is of a log that is no more. */
  void forgetSent() throws Exception {
    produced.clear();
    acknowledged.clear();
    forgotten = head().number();
  }

  /** Waits until everything sent is acknowledged; returns the highest root that says so. */
  long awaitAcknowledged() throws Exception {
    awaitSent();
    return awaitAcknowledged(
        () -> produced.entrySet().stream().allMatch(e -> next(e.getKey()) >= e.getValue()));
  }

  /** Waits until no more than so many records are not acknowledged. */
  void awaitLag(long records) throws Exception {
    awaitSent();
    awaitAcknowledged(
        () ->
            produced.entrySet().stream()
                    .mapToLong(e -> Math.max(0, e.getValue() - Math.max(0, next(e.getKey()))))
                    .sum()
                <= records);
  }

  /** Waits until the partition of a path is acknowledged up to an offset. */
  void awaitNext(String path, long next) throws Exception {
    awaitAcknowledged(() -> next(path) >= next);
  }

  private long awaitAcknowledged(BooleanSupplier done) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!done.getAsBoolean()) {
      assertThat(Instant.now())
          .as("produced %s, acknowledged %s", produced, acknowledged)
          .isBefore(deadline);
      for (ConsumerRecord<byte[], byte[]> record : acks.poll(Duration.ofMillis(100))) {
        Acknowledgement ack = Acknowledgement.ofJson(record.value());
        assertThat(record.key()).isEqualTo(ack.key());
        if (ack.topicId().equals(topicId) && ack.root() > forgotten) {
          acknowledged.merge(ack.partition(), ack, (a, b) -> a.root() > b.root() ? a : b);
        }
      }
    }
    return acknowledged.values().stream().mapToLong(Acknowledgement::root).max().orElse(0);
  }

  /** Deletes all that was sent from the write topic, applied or not. */
  void dropKafkaRecords() throws Exception {
    awaitSent();
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    produced.forEach(
        (partition, end) ->
            all.put(new TopicPartition(writes(), partition), RecordsToDelete.beforeOffset(end)));
    produced.clear();
    admin.deleteRecords(all).all().get();
  }

  private long next(int partition) {
    Acknowledgement ack = acknowledged.get(partition);
    return ack == null ? -1 : ack.next();
  }

  Map<Integer, Acknowledgement> acknowledged() {
    return acknowledged;
  }

  /** Sends in a transaction that is given up: offsets without records. */
  void sendAndAbort(String path) {
    Map<String, Object> settings = new HashMap<>(KafkaSettings.producer(config.kafka()));
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "aborting");
    try (KafkaProducer<byte[], byte[]> aborting = new KafkaProducer<>(settings)) {
      aborting.initTransactions();
      aborting.beginTransaction();
      for (int partition = 0; partition < config.kafka().partitions(); partition++) {
        aborting.send(new ProducerRecord<>(writes(), partition, path.getBytes(UTF_8), new byte[9]));
      }
      aborting.flush();
      aborting.abortTransaction();
    }
  }

  /** Takes all room that data may use of each drive. */
  void fill() throws Exception {
    fill(Space::freeForData);
  }

  /** Takes all room of each drive, so that not even a root fits. */
  void fillWhole() throws Exception {
    fill(Space::freeForRoots);
  }

  private void fill(ToLongFunction<Space> room) throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      for (StoreConfig.DriveConfig drive : config.drives()) {
        try (RandomAccessFile filler = new RandomAccessFile(filler(drive).toFile(), "rw")) {
          filler.setLength(room.applyAsLong(drives.space(drive.id())));
        }
      }
    }
  }

  /** Gives back what {@link #fill} or {@link #fillWhole} took. */
  void makeRoom() throws Exception {
    for (StoreConfig.DriveConfig drive : config.drives()) {
      Files.delete(filler(drive));
    }
  }

  private static Path filler(StoreConfig.DriveConfig drive) {
    return drive.path().resolve("filler");
  }

  Path drive(String id) {
    return config.drives().stream()
        .filter(drive -> drive.id().equals(id))
        .findFirst()
        .orElseThrow()
        .path();
  }

  /** The oracle: everything that the head refers to is there, twice and whole. */
  void assertSound() {
    try (DriveSet drives = DriveSet.open(config)) {
      VerifyReport report = new Verifier(drives).verify();
      assertThat(report.problems()).isEmpty();
      assertThat(report.ok()).isTrue();
    }
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
        paths = entries.filter(ListEntry.File.class::isInstance).map(ListEntry::path).toList();
      }
      for (String path : paths) {
        FileState state = reader.stat(path).orElseThrow();
        files.put(path, Contents.bytes(reader, state));
      }
    }
    return files;
  }

  /** Sends random records, and finds what they make once they are acknowledged. */
  void write(RandomSteps steps, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      send(steps.next());
    }
    awaitAcknowledged();
    assertHolds(steps.model());
  }

  /** Names and lengths of all files on all drives. */
  Map<String, Long> stored() throws Exception {
    Map<String, Long> stored = new TreeMap<>();
    for (StoreConfig.DriveConfig drive : config.drives()) {
      try (Stream<Path> files = Files.walk(drive.path())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          stored.put(drive.id() + " " + drive.path().relativize(file), Files.size(file));
        }
      }
    }
    return stored;
  }

  void assertHolds(ByteModel model) throws Exception {
    Map<String, byte[]> stored = files();
    assertThat(stored.keySet()).isEqualTo(model.files().keySet());
    for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
      assertThat(stored.get(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  /** Ends every test with the verifier. */
  @Override
  public void close() {
    producer.close();
    acks.close();
    admin.close();
    assertSound();
  }
}
