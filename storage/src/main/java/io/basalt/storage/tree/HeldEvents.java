package io.basalt.storage.tree;

/**
 * How many events a reader may hold in memory, and how many it has held. One with a long path or
 * many shards counts as several. Belongs to one thread.
 */
public final class HeldEvents {
  /** Of an event in memory, about: one shard, and a path of some dozen characters. */
  private static final int EVENT_BYTES = 256;

  private static final int SHARD_BYTES = 64;

  private final long most;
  private long peak;

  /**
   * A bound.
   *
   * @param most events; those of one path are held even if they are more
   */
  public HeldEvents(long most) {
    this.most = most;
  }

  /** As many as take an eighth of the heap. */
  public static long inHeap() {
    return Runtime.getRuntime().maxMemory() / 8 / EVENT_BYTES;
  }

  /** As how many events one counts. */
  public static long count(Event event) {
    return 1 + (event.path().length() + (long) SHARD_BYTES * event.shards().size()) / EVENT_BYTES;
  }

  /** How many there may be. */
  long most() {
    return most;
  }

  /** Notes how many there are. */
  void hold(long events) {
    peak = Math.max(peak, events);
  }

  /** The most that were held at once. */
  public long peak() {
    return peak;
  }
}
