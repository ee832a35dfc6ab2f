package io.basalt.storage.compact;

import io.basalt.storage.root.FileRef;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What compaction knows of the segments of a root, and of files that are to go. Immutable.
 *
 * @param segments all that the compacted root had, by id
 * @param retired runs that stand in the leaves by now and that older roots still name
 * @param dropped files that nothing needs, until every drive has deleted its copy
 */
record Usage(Map<String, Segment> segments, List<Retired> retired, List<Dropped> dropped) {
  static final Usage NONE = new Usage(Map.of(), List.of(), List.of());

  Usage {
    segments = java.util.Collections.unmodifiableMap(new TreeMap<>(segments));
    retired = List.copyOf(retired);
    dropped = List.copyOf(dropped);
  }

  /**
   * @param after a root that did not have the segment yet, nor did any before it
   * @param liveBytes bytes of it that the leaves refer to
   * @param emptySince a root from which on no root needs it; 0 if one may
   */
  record Segment(long after, long liveBytes, long emptySince) {
    Span span() {
      return new Span(after, emptySince);
    }
  }

  /** A run and the roots that may name it; until is 0 while the first that does not is unknown. */
  record Retired(FileRef file, Span span) {}

  /** Copies of a file, each to be deleted. */
  record Dropped(String name, List<String> drives) {
    Dropped {
      drives = List.copyOf(drives);
    }
  }

  /** Roots after one, before another: they alone may need a thing. Open while until is 0. */
  record Span(long after, long until) {
    boolean isClosed() {
      return until > 0;
    }

    boolean holds(long root) {
      return after < root && (root < until || !isClosed());
    }
  }
}
