package io.basalt.storage.verify;

import io.basalt.storage.tree.Shard;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The shards of some segments that follow each other, each shard once: as many segments as have
 * about as many shards as may be held. Those of later segments are for the next window.
 */
final class ShardWindow {
  private final String from;
  private final long most;
  private final TreeMap<String, ShardSet> segments = new TreeMap<>();
  private long size;
  private long peak;
  private Optional<String> end = Optional.empty();

  /**
   * A window that begins with a segment.
   *
   * @param most shards; those of one segment are held even if they are more
   */
  ShardWindow(String from, long most) {
    this.from = from;
    this.most = most;
  }

  /** As many as take an eighth of the heap. */
  static long inHeap() {
    return Runtime.getRuntime().maxMemory() / 8 / ShardSet.SHARD_BYTES;
  }

  /** Adds a shard, if the window has its segment and it is not there. */
  void add(Shard shard) {
    String segment = shard.segment();
    if (segment.compareTo(from) < 0 || (end.isPresent() && segment.compareTo(end.get()) >= 0)) {
      return;
    }
    ShardSet set = segments.computeIfAbsent(segment, ShardSet::new);
    size -= set.size();
    set.add(shard);
    size += set.size();
    peak = Math.max(peak, size);
    if (size > most) {
      cut();
    }
  }

  /** The later half waits. */
  private void cut() {
    while (size > most / 2 && segments.size() > 1) {
      Map.Entry<String, ShardSet> last = segments.pollLastEntry();
      size -= last.getValue().size();
      end = Optional.of(last.getKey());
    }
  }

  /** The shards of each segment, by segment. */
  Collection<ShardSet> segments() {
    return segments.values();
  }

  /** Where the next window begins; empty if there is none. */
  Optional<String> end() {
    return end;
  }

  /** The most shards that were held at once. */
  long peak() {
    return peak;
  }
}
