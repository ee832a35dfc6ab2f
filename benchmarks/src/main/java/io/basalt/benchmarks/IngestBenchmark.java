package io.basalt.benchmarks;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Ingest of a backlog beside consumers of the same topic. All of them first take a backlog of small
 * records, whose number and not whose bytes compiles their code; then the figures of all leave out
 * the first quarter of the backlog, in which connections are made.
 *
 * <p>Where files are memory of a virtual machine, its host may back a page only when it is first
 * touched, which costs more than the copy. So memory of as many bytes as each contestant is about
 * to write is touched and given back right before.
 *
 * <p>Each round overwrites the files of the one before. Where retention is short, the compaction in
 * between gives their space back, so that rounds can go on for as long as compilers need.
 */
@Command(
    name = "ingest",
    description =
        "Drains a backlog by a plain consumer, by Flink's FileSink and by the ingest of a store that"
            + " runs (basalt up); stops and starts that ingest.")
final class IngestBenchmark implements Callable<Integer> {
  @Option(names = "--config", required = true, description = "basalt.yaml of the store")
  Path config;

  @Option(names = "--mib", defaultValue = "4096", description = "MiB of the backlog")
  int mebibytes;

  @Option(names = "--warm-up", defaultValue = "1024", description = "MiB taken before it")
  int warmUpMebibytes;

  @Option(names = "--warm-up-record", defaultValue = "4096", description = "bytes of its records")
  int warmUpRecordBytes;

  @Option(names = "--rounds", defaultValue = "1", description = "backlogs, one after the other")
  int rounds;

  @Option(names = "--record", defaultValue = "65536", description = "bytes of a record")
  int recordBytes;

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where FileSink writes")
  Path directory;

  @Option(names = "--basalt", defaultValue = "./basalt", description = "the launcher")
  Path basalt;

  private static final int MIRRORS = 2;

  private final ExecutorService launcher = Executors.newSingleThreadExecutor();
  private StoreConfig.Kafka kafka;

  @Override
  public Integer call() throws Exception {
    kafka = StoreConfigLoader.load(config).kafka();
    System.out.println("warm-up:");
    round(warmUpMebibytes, warmUpRecordBytes);
    for (int round = 0; round < rounds; round++) {
      basalt("compact");
      System.out.println("round " + (round + 1) + ":");
      round(mebibytes, recordBytes);
    }
    launcher.shutdown();
    return 0;
  }

  private void round(int mebibytes, int recordBytes) throws Exception {
    basalt("ingest", "--stop");
    Map<TopicPartition, Long> from = ends();
    load(mebibytes, recordBytes);
    Map<TopicPartition, Long> to = ends();
    Rate roof = drain(from, to, recordBytes);
    System.out.println(roof.besides(roof));
    long bytes = (long) mebibytes << 20;
    try (WarmMemory memory = WarmMemory.of(directory, bytes)) {
      System.out.println(FileSinkJob.run(kafka, directory, from, to, memory).besides(roof));
    }
    try (WarmMemory memory = WarmMemory.of(directory, MIRRORS * bytes)) {
      Mark mark = new Mark(records(from, to), recordBytes, memory::giveUpTo);
      System.out.println(acknowledged(from, mark, () -> basalt("ingest")).besides(roof));
    }
  }

  private Void basalt(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(basalt.toString(), "-c", config.toString()));
    words.addAll(List.of(command));
    int exit = new ProcessBuilder(words).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException(String.join(" ", words) + " ended with exit code " + exit);
    }
    return null;
  }

  private List<TopicPartition> partitions() {
    return IntStream.range(0, kafka.partitions())
        .mapToObj(number -> new TopicPartition(kafka.topics().writes(), number))
        .toList();
  }

  private Map<TopicPartition, Long> ends() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaSettings.consumer(kafka))) {
      return consumer.endOffsets(partitions());
    }
  }

  private void load(int mebibytes, int recordBytes) {
    Map<String, Object> settings = new HashMap<>(KafkaSettings.producer(kafka));
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 << 10);
    byte[] value = new byte[recordBytes];
    new Random(1).nextBytes(value);
    long records = ((long) mebibytes << 20) / recordBytes;
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (long i = 0; i < records; i++) {
        byte[] key = ("/ingest/" + i).getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(kafka.topics().writes(), key, value));
      }
      producer.flush();
    }
  }

  private Rate drain(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> to, int recordBytes) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaSettings.consumer(kafka))) {
      consumer.assign(partitions());
      from.forEach(consumer::seek);
      Mark mark = new Mark(records(from, to), recordBytes, share -> {});
      for (long done = 0; !mark.reached(done); ) {
        done += consumer.poll(Duration.ofMillis(100)).count();
      }
      return mark.rate("plain consumer, drain only");
    }
  }

  /** Starts the ingest and follows the acknowledgements until they cover the backlog. */
  private Rate acknowledged(Map<TopicPartition, Long> from, Mark mark, Callable<Void> start)
      throws Exception {
    TopicPartition acks = new TopicPartition(kafka.topics().acks(), 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaSettings.consumer(kafka))) {
      consumer.assign(List.of(acks));
      consumer.endOffsets(List.of(acks)).forEach(consumer::seek);
      // Beside the polls: acknowledgements that pile up until the launcher ends would be timed as
      // one.
      Future<Void> started = launcher.submit(start);
      Map<TopicPartition, Long> next = new HashMap<>(from);
      while (!mark.reached(records(from, next))) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(100))) {
          Acknowledgement acknowledgement = Acknowledgement.ofJson(each.value());
          next.merge(
              new TopicPartition(acknowledgement.topic(), acknowledgement.partition()),
              acknowledgement.next(),
              Math::max);
        }
      }
      started.get();
      return mark.rate("ingest, two mirrors forced, acknowledged");
    }
  }

  static long records(Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
    return from.keySet().stream().mapToLong(each -> to.get(each) - from.get(each)).sum();
  }

  /** Takes the time from the end of the first quarter to the end. */
  static final class Mark {
    private final long records;
    private final int recordBytes;
    private final DoubleConsumer progress;
    private long startNanos;
    private long startRecords;
    private long endNanos;

    /**
     * A mark.
     *
     * @param progress is told the share of the records that are done, 0 to 1
     */
    Mark(long records, int recordBytes, DoubleConsumer progress) {
      this.records = records;
      this.recordBytes = recordBytes;
      this.progress = progress;
    }

    synchronized boolean reached(long done) {
      progress.accept((double) done / records);
      if (startNanos == 0 && done >= records / 4) {
        startNanos = System.nanoTime();
        startRecords = done;
      }
      if (endNanos == 0 && done >= records) {
        endNanos = System.nanoTime();
      }
      return endNanos != 0;
    }

    synchronized Rate rate(String what) {
      return new Rate(what, (double) (records - startRecords) * recordBytes, endNanos - startNanos);
    }
  }
}
