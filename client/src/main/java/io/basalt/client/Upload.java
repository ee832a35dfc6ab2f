package io.basalt.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * One new version of a file, sent in parts and then published. The parts and the publish are in one
 * partition, so they are settled in this order, and parts that do not make a whole never become
 * visible.
 */
final class Upload {
  private final Function<WriteRecords.Change, CompletableFuture<Acknowledged>> send;
  private final int partBytes;
  private final String id = UUID.randomUUID().toString();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  Upload(Function<WriteRecords.Change, CompletableFuture<Acknowledged>> send, int partBytes) {
    this.send = send;
    this.partBytes = partBytes;
  }

  /** Sends all of the content; what fits one part needs no upload and is a put. */
  CompletableFuture<Acknowledged> send(InputStream content) throws IOException {
    byte[] part = content.readNBytes(partBytes);
    if (part.length < partBytes) {
      return send.apply(WriteRecords.Change.put(part));
    }
    long size = 0;
    while (part.length > 0 && failure.get() == null) {
      send.apply(WriteRecords.Change.part(id, size, part)).whenComplete(this::remember);
      size += part.length;
      part = content.readNBytes(partBytes);
    }
    if (failure.get() != null) {
      return CompletableFuture.failedFuture(failure.get());
    }
    return send.apply(WriteRecords.Change.publish(id, size)).exceptionallyCompose(this::explain);
  }

  private void remember(Acknowledged part, Throwable why) {
    if (why != null) {
      failure.compareAndSet(null, why);
    }
  }

  /**
   * The publish of a broken upload says only that parts are missing: the first failure says why.
   */
  private CompletableFuture<Acknowledged> explain(Throwable ofPublish) {
    Throwable first = failure.get();
    Throwable why = first != null ? first : ofPublish;
    return CompletableFuture.failedFuture(
        why instanceof CompletionException && why.getCause() != null ? why.getCause() : why);
  }
}
