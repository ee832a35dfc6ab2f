package io.basalt.storage.compact;

import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.PartitionOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What compaction knows of the segments of a root, and of files that are to go. Immutable.
 *
 * @param segments all that the compacted root had, by id
 * @param retired runs that stand in the leaves by now and that older roots still name
 * @param dropped files that nothing needs, until every drive has deleted its copy
 * @param marks how far the write topic was applied and how far it reached at some times, ascending
 */
public record Usage(
    Map<String, Segment> segments, List<Retired> retired, List<Dropped> dropped, List<Mark> marks) {
  public static final Usage NONE = new Usage(Map.of(), List.of(), List.of(), List.of());

  public Usage {
    segments = java.util.Collections.unmodifiableMap(new TreeMap<>(segments));
    retired = List.copyOf(retired);
    dropped = List.copyOf(dropped);
    marks = List.copyOf(marks);
  }

  /**
   * @param after a root that did not have the segment yet, nor did any before it
   * @param liveBytes bytes of it that the leaves refer to
   * @param emptySince a root from which on no root needs it; 0 if one may
   * @param tail whether it was a tail of the compacted root, so that events which are in no leaf
   *     may refer to it
   */
  public record Segment(long after, long liveBytes, long emptySince, boolean tail) {
    Span span() {
      return new Span(after, emptySince);
    }
  }

  /**
   * The usage once live bytes were copied from some segments to new ones. Roots up to the one that
   * commits this still need the old segments; from which on none does, the next compaction says.
   *
   * @param after a root that did not have the new segments yet
   * @param added the new segments
   * @param changes by how much more or less of each segment the leaves refer to
   */
  public Usage moved(long after, Collection<String> added, Map<String, Long> changes) {
    Map<String, Segment> now = new TreeMap<>(segments);
    added.forEach(id -> now.put(id, new Segment(after, 0, 0, false)));
    changes.forEach(
        (id, more) -> {
          Segment old = now.get(id);
          if (old == null || old.liveBytes() + more < 0 || old.tail()) {
            throw new IllegalStateException(
                "segment %s: %s, and %d bytes of it were moved".formatted(id, old, more));
          }
          now.put(id, new Segment(old.after(), old.liveBytes() + more, old.emptySince(), false));
        });
    return new Usage(now, retired, dropped, marks);
  }

  /** A run and the roots that may name it; until is 0 while the first that does not is unknown. */
  public record Retired(FileRef file, Span span) {}

  /** Copies of a file, each to be deleted. */
  public record Dropped(String name, List<String> drives) {
    public Dropped {
      drives = List.copyOf(drives);
    }
  }

  /**
   * The write topic at a time.
   *
   * @param at commit time of a root, milliseconds since the epoch
   * @param applied next offset to apply of each partition, at that root
   * @param ends offset after the last record of each partition, looked up after that root
   */
  public record Mark(long at, List<PartitionOffset> applied, List<PartitionOffset> ends) {
    public Mark {
      applied = List.copyOf(applied);
      ends = List.copyOf(ends);
    }

    /** The newest incarnation at that time; 0 where Kafka did not have its topic. */
    int incarnation() {
      return ends.stream().mapToInt(PartitionOffset::incarnation).max().orElse(0);
    }
  }

  /** Roots after one, before another: they alone may need a thing. Open while until is 0. */
  public record Span(long after, long until) {
    boolean isClosed() {
      return until > 0;
    }

    boolean holds(long root) {
      return after < root && (root < until || !isClosed());
    }
  }
}
