package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The extents of a file that is being folded: by start, disjoint. */
final class Extents {
  /** As long as each extent stands after all before it; most files never leave this. */
  private List<Extent> ascending = new ArrayList<>(1);

  /** From the first overlay on that does not; null until then. */
  private NavigableMap<Long, Extent> byStart;

  void clear() {
    ascending = new ArrayList<>(1);
    byStart = null;
  }

  /** Starts with these, which are disjoint and ascend. */
  void begin(List<Extent> settled) {
    ascending = new ArrayList<>(settled);
    byStart = null;
  }

  /** Lays the payload over [start, start + length of the shards). */
  void overlay(long start, List<Shard> shards) {
    long end = start;
    for (Shard shard : shards) {
      end = Math.addExact(end, shard.length());
    }
    boolean after = byStart == null && start >= end();
    if (!after) {
      remove(start, end);
    }
    long at = start;
    for (Shard shard : shards) {
      Extent extent = new Extent(at, shard, 0, shard.length());
      if (after) {
        ascending.add(extent);
      } else {
        byStart().put(at, extent);
      }
      at += shard.length();
    }
  }

  private long end() {
    return ascending.isEmpty() ? 0 : ascending.get(ascending.size() - 1).end();
  }

  private NavigableMap<Long, Extent> byStart() {
    if (byStart == null) {
      byStart = new TreeMap<>();
      ascending.forEach(extent -> byStart.put(extent.start(), extent));
      ascending = List.of();
    }
    return byStart;
  }

  /** Leaves no extent in [from, to): those that reach over an end are cut there. */
  void remove(long from, long to) {
    if (from >= to || (byStart == null && from >= end())) {
      return;
    }
    Map.Entry<Long, Extent> before = byStart().lowerEntry(from);
    if (before != null && before.getValue().end() > from) {
      Extent cut = before.getValue();
      byStart.put(cut.start(), cut.slice(cut.start(), from));
      keepAfter(cut, to);
    }
    Map.Entry<Long, Extent> next = byStart.ceilingEntry(from);
    while (next != null && next.getKey() < to) {
      byStart.remove(next.getKey());
      keepAfter(next.getValue(), to);
      next = byStart.ceilingEntry(from);
    }
  }

  private void keepAfter(Extent cut, long to) {
    if (cut.end() > to) {
      byStart.put(to, cut.slice(to, cut.end()));
    }
  }

  List<Extent> toList() {
    Collection<Extent> all = byStart == null ? ascending : byStart.values();
    return List.copyOf(all);
  }
}
