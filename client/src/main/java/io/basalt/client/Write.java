package io.basalt.client;

import java.util.concurrent.CompletableFuture;

/** One write record on its way: made when it is handed to the producer, settled exactly once. */
final class Write {
  private final String path;
  private final int partition;
  private final CompletableFuture<Acknowledged> future = new CompletableFuture<>();

  /** Which pair of topics was in use when the record was handed to the producer. */
  private final int generation;

  /** Set by {@link PendingWrites#sent}. */
  private long offset = -1;

  /** The check of the topics that must have ended before the offset means anything. */
  private long check;

  Write(String path, int partition, int generation) {
    this.path = path;
    this.partition = partition;
    this.generation = generation;
  }

  String path() {
    return path;
  }

  int partition() {
    return partition;
  }

  int generation() {
    return generation;
  }

  CompletableFuture<Acknowledged> future() {
    return future;
  }

  long offset() {
    return offset;
  }

  long check() {
    return check;
  }

  void sentAt(long recordOffset, long neededCheck) {
    this.offset = recordOffset;
    this.check = neededCheck;
  }
}
