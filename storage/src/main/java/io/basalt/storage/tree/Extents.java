package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The extents of a file that is being folded: by start, disjoint. */
final class Extents {
  private final TreeMap<Long, Extent> byStart = new TreeMap<>();

  void clear() {
    byStart.clear();
  }

  /** Adds extents that overlap none. */
  void addAll(List<Extent> disjoint) {
    disjoint.forEach(extent -> byStart.put(extent.start(), extent));
  }

  /** Lays the payload over [start, start + length of the shards). */
  void overlay(long start, List<Shard> shards) {
    long end = start;
    for (Shard shard : shards) {
      end = Math.addExact(end, shard.length());
    }
    remove(start, end);
    long at = start;
    for (Shard shard : shards) {
      byStart.put(at, new Extent(at, shard, 0, shard.length()));
      at += shard.length();
    }
  }

  /** Leaves no extent in [from, to): those that reach over an end are cut there. */
  void remove(long from, long to) {
    if (from >= to) {
      return;
    }
    Map.Entry<Long, Extent> before = byStart.lowerEntry(from);
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
    return new ArrayList<>(byStart.values());
  }
}
