package io.basalt.storage.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.PathRange;
import java.util.Arrays;
import java.util.List;

/**
 * Which events of index blocks a reader wants. The others are passed over without being made, which
 * is most of the work of whoever opens a store for one file. Immutable.
 */
public final class EventFilter {
  /** Every event. */
  public static final EventFilter ALL = new EventFilter(PathRange.ALL, new Covered(List.of()));

  private final boolean allPaths;
  private final boolean onePath;
  private final byte[] first;

  /** What stands behind all wanted paths; empty if nothing does. */
  private final byte[] end;

  private final Covered covered;

  /** The events of these paths that leaves do not cover. */
  public EventFilter(PathRange paths, Covered covered) {
    this.allPaths = paths.equals(PathRange.ALL);
    this.onePath = paths.kind() == PathRange.Kind.EXACT;
    this.first = paths.firstBytes();
    this.end = onePath ? new byte[0] : paths.endBytes().orElse(new byte[0]);
    this.covered = covered;
  }

  private EventFilter(EventFilter of, byte[] first, byte[] end) {
    if (of.onePath) {
      throw new IllegalArgumentException("one path has no part: " + new String(of.first, UTF_8));
    }
    this.allPaths = false;
    this.onePath = false;
    this.first = first;
    this.end = end;
    this.covered = of.covered;
  }

  /** Of these the events from a path on, which stands among the wanted ones. */
  public EventFilter from(String path) {
    return new EventFilter(this, path.getBytes(UTF_8), end);
  }

  /** Of these the events before a path, which stands among the wanted ones. */
  public EventFilter before(String path) {
    return new EventFilter(this, first, path.getBytes(UTF_8));
  }

  /** Whether a block may hold a wanted event, by the ranges that it covers. */
  boolean wantsBlock(List<Range> ranges) {
    return ranges.isEmpty()
        || ranges.stream()
            .anyMatch(
                range -> !covered.holds(range.incarnation(), range.partition(), range.next()));
  }

  boolean wantsVersion(int incarnation, int partition, long offset) {
    return !covered.holds(incarnation, partition, offset + 1);
  }

  /** Whether a path is wanted whose UTF-8 stands in the bytes from one place to another. */
  boolean wantsPath(byte[] bytes, int from, int to) {
    if (allPaths) {
      return true;
    }
    if (onePath) {
      return Arrays.equals(bytes, from, to, first, 0, first.length);
    }
    return Arrays.compareUnsigned(bytes, from, to, first, 0, first.length) >= 0
        && (end.length == 0 || Arrays.compareUnsigned(bytes, from, to, end, 0, end.length) < 0);
  }
}
