package io.basalt.storage.tree;

/** How many events a reader may hold in memory, and how many it has held. Belongs to one thread. */
public final class HeldEvents {
  /** Of an event in memory, about. */
  private static final int EVENT_BYTES = 256;

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

  long most() {
    return most;
  }

  void hold(long events) {
    peak = Math.max(peak, events);
  }

  /** The most that were held at once. */
  public long peak() {
    return peak;
  }
}
