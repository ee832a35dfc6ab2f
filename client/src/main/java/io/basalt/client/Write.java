package io.basalt.client;

import java.util.concurrent.CompletableFuture;

/** One write record on its way: made when it is handed to the producer, settled exactly once. */
final class Write {
  private final String path;
  private final int partition;
  private final CompletableFuture<Acknowledged> future = new CompletableFuture<>();

  /** Which pair of topics was in use when the record was handed to the producer. */
  private final int generation;

  /** How often the log of its partition had been cut by then. */
  private final int cuts;

  /** How far the partition was acknowledged by then: a log that is not cut stores it above. */
  private final long above;

  /** Set by {@link PendingWrites#sent}. */
  private long offset = -1;

  /** The check of the topics that must have ended before the offset means anything. */
  private long check;

  Write(String path, int partition, int generation, int cuts, long above) {
    this.path = path;
    this.partition = partition;
    this.generation = generation;
    this.cuts = cuts;
    this.above = above;
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

  int cuts() {
    return cuts;
  }

  long above() {
    return above;
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
