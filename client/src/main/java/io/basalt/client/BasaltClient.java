package io.basalt.client;

import io.basalt.client.WriteRecords.Change;
import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.Reject;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.tree.StorePath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Writes files through Kafka and tells when they are safe. Each call hands records to an idempotent
 * producer and returns a future that completes when an acknowledgement covers them: durable on two
 * drives and visible. It fails with {@link WriteRejectedException} if the ingest rejected the
 * write, and with {@link WriteUnknownException} if that cannot be learned.
 *
 * <p>Writes of one path are applied in the order of the calls. There is no time limit on an
 * acknowledgement, as a store may wait for space for long; use {@link CompletableFuture#orTimeout}.
 *
 * <p>Memory is bounded: the producer holds at most its {@code buffer.memory} (32 MiB unless
 * configured), and at most {@value #WINDOW} records are unsettled at a time; a call that would
 * exceed either blocks. Arrays passed in must not change until the call returns. Futures complete
 * on a thread of the client; what depends on them may write again, but other futures wait
 * meanwhile.
 *
 * <p>Safe from several threads.
 */
public final class BasaltClient implements AutoCloseable {
  /** Most bytes of a part of an upload. */
  public static final int MAX_PART_BYTES = 512 << 10;

  /** Most unsettled records. */
  static final int WINDOW = 1 << 16;

  private static final int RECORD_OVERHEAD_BYTES = 64 << 10;
  private static final int BATCH_BYTES = 128 << 10;
  private static final long BUFFER_BYTES = 32L << 20;
  private static final Duration CLOSE = Duration.ofSeconds(10);
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int maxRecord;
  private final WriteRecords records;
  private final Semaphore window = new Semaphore(WINDOW);
  private final ExecutorService completions = completions();
  private final ScheduledThreadPoolExecutor scheduler = scheduler();
  private final Admin admin;
  private final Producer<byte[], byte[]> producer;
  private final PendingWrites pending;
  private final TopicChecks checks;
  private final AcknowledgementReader reader;
  private final Thread readerThread;
  private volatile TopicIds ids;
  private volatile boolean closed;

  /**
   * Connects to Kafka, and waits until it knows the topics.
   *
   * @param maxRecord most bytes of one record's value, the store's {@code max-record}
   * @throws org.apache.kafka.common.KafkaException if Kafka does not answer or a topic is missing
   */
  public BasaltClient(StoreConfig.Kafka kafka, int maxRecord) {
    this.maxRecord = maxRecord;
    this.records = new WriteRecords(kafka.topics().writes());
    this.admin = Admin.create(KafkaSettings.admin(kafka));
    try {
      this.ids = await(TopicIds.describe(admin, kafka.topics()).toCompletableFuture());
      this.pending = new PendingWrites(ids.writes(), ids.rejects(), this::settled);
      this.checks =
          new TopicChecks(() -> TopicIds.describe(admin, kafka.topics()), scheduler, this::found);
      this.reader =
          new AcknowledgementReader(
              new KafkaConsumer<>(KafkaSettings.consumer(kafka)), kafka.topics(), new Heard());
      this.producer = new KafkaProducer<>(producerSettings(kafka, maxRecord));
    } catch (RuntimeException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
    this.readerThread = DaemonThreads.named("basalt-client-acks").newThread(reader);
    readerThread.start();
  }

  /** The file's content becomes these bytes, atomically. */
  public CompletableFuture<Acknowledged> put(String path, byte[] content) {
    try {
      return put(path, new ByteArrayInputStream(content));
    } catch (IOException e) {
      throw new IllegalStateException("an array is read without I/O", e);
    }
  }

  /**
   * The file's content becomes all that the stream holds, atomically: large content is sent in
   * parts that nobody sees before the last one. Returns when all is handed to the producer; the
   * caller closes the stream.
   *
   * @throws IOException of the stream; the file is then as it was
   */
  public CompletableFuture<Acknowledged> put(String path, InputStream content) throws IOException {
    StorePath.check(path);
    return new Upload(change -> send(path, change), Math.min(MAX_PART_BYTES, maxRecord))
        .send(content);
  }

  /**
   * Writes bytes at an offset of the file, which is made if it is missing; a gap reads as zeros.
   *
   * @throws IllegalArgumentException if these are more bytes than a record holds; {@link #put}
   *     takes any number
   */
  public CompletableFuture<Acknowledged> write(String path, long offset, byte[] bytes) {
    return send(path, Change.write(offset, bytes));
  }

  /**
   * Adds bytes at the end of the file as it is at that version.
   *
   * @throws IllegalArgumentException if these are more bytes than a record holds
   */
  public CompletableFuture<Acknowledged> append(String path, byte[] bytes) {
    return send(path, Change.append(bytes));
  }

  /** Cuts the file, or extends it with zeros, to this size in bytes. */
  public CompletableFuture<Acknowledged> truncate(String path, long size) {
    return send(path, Change.truncate(size));
  }

  /** Deletes the file; a missing one is no error. */
  public CompletableFuture<Acknowledged> delete(String path) {
    return send(path, Change.delete());
  }

  /** Records that were handed over and are not settled. */
  public int unsettled() {
    return pending.size();
  }

  private CompletableFuture<Acknowledged> send(String path, Change change) {
    StorePath.check(path);
    if (change.lengthBytes() > maxRecord) {
      throw new IllegalArgumentException(
          "%s: %d bytes in one record, at most %d are allowed: use put, or several writes"
              .formatted(path, change.lengthBytes(), maxRecord));
    }
    enterWindow();
    ProducerRecord<byte[], byte[]> record = records.record(ids.partitions(), path, change);
    Write write = pending.begin(path, record.partition());
    try {
      producer.send(record, (stored, failure) -> answered(write, stored, failure));
    } catch (RuntimeException e) {
      answered(write, null, e);
    }
    return write.future();
  }

  private void enterWindow() {
    try {
      window.acquire();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    if (closed) {
      window.release();
      throw new IllegalStateException("the client is closed");
    }
  }

  private void answered(Write write, RecordMetadata stored, Exception failure) {
    if (failure == null) {
      pending.sent(write, stored.offset(), checks.next());
    } else {
      pending.failed(write, explained(write, failure));
    }
  }

  private static Exception explained(Write write, Exception failure) {
    if (failure instanceof RecordTooLargeException || failure instanceof AuthorizationException) {
      return new WriteRejectedException(write.path(), failure.getMessage());
    }
    return new WriteUnknownException(
        write.path(), "Kafka did not confirm it: " + failure.getMessage(), failure);
  }

  /** Room first, so that what depends on the future can write. */
  private void settled(PendingWrites.Settlement settlement) {
    window.release();
    completions.execute(settlement::complete);
  }

  private void found(long check, TopicIds found) {
    if (found.equals(ids)) {
      pending.confirmed(check);
    } else {
      reader.execute(() -> startOver(found));
    }
  }

  /**
   * On the reader's thread, so that no offset of the old rejects topic is taken for the new one's.
   */
  private void startOver(TopicIds found) {
    if (found.equals(ids)) {
      return;
    }
    if (!found.rejects().equals(ids.rejects())) {
      reader.rewindRejects();
    }
    ids = found;
    pending.startOver(found.writes(), found.rejects());
  }

  /**
   * Hands over what the producer still holds, for ten seconds at most, and does not wait for
   * acknowledgements: futures that are not complete fail with {@link WriteUnknownException}.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    producer.close(CLOSE);
    reader.close();
    try {
      readerThread.join(CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pending.close();
    scheduler.shutdownNow();
    admin.close(Duration.ZERO);
    completions.shutdown();
  }

  /** What the reader's thread tells. */
  private final class Heard implements AcknowledgementReader.Listener {
    private long lastCheck = System.nanoTime();

    @Override
    public void rejected(Reject reject) {
      pending.rejected(reject.topicId(), reject.partition(), reject.offset(), reject.reason());
    }

    @Override
    public void rejectsRead(long end) {
      pending.rejectsRead(end, checks.next());
    }

    @Override
    public void acknowledged(Acknowledgement acknowledgement) {
      pending.acknowledged(acknowledgement);
      if (!acknowledgement.topicId().equals(ids.writes())) {
        checks.next();
      }
    }

    @Override
    public void rejectsLost() {
      pending.startOver(ids.writes(), ids.rejects());
    }

    /** A topic that was recreated is never acknowledged: only a look finds out. */
    @Override
    public void idle() {
      if (pending.size() > 0 && System.nanoTime() - lastCheck > CHECK_NANOS) {
        lastCheck = System.nanoTime();
        checks.next();
      }
    }
  }

  private static Map<String, Object> producerSettings(StoreConfig.Kafka kafka, int maxRecord) {
    int request = maxRecord + RECORD_OVERHEAD_BYTES;
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(BUFFER_BYTES, 4L * request));
    settings.putAll(KafkaSettings.producer(kafka));
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Math.max(1 << 20, request));
    return settings;
  }

  private static TopicIds await(CompletableFuture<TopicIds> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static ExecutorService completions() {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        DaemonThreads.named("basalt-client-futures"),
        // After close a late answer of the producer completes its future on the producer's thread.
        (task, executor) -> task.run());
  }

  private static ScheduledThreadPoolExecutor scheduler() {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(1, DaemonThreads.named("basalt-client-checks"));
    scheduler.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    return scheduler;
  }
}
