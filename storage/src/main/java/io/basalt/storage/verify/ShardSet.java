package io.basalt.storage.verify;

import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Shards of one segment, each once. They are many, so each takes a few bytes here: a hash table
 * with open addressing, of numbers alone.
 */
final class ShardSet {
  /** Of a shard, about: two numbers and a mark in a table that is a quarter to half full. */
  static final int SHARD_BYTES = 48;

  private static final int FIRST_CAPACITY = 16;

  private final String segment;
  private long[] positions = new long[FIRST_CAPACITY];

  /** Length and checksum. */
  private long[] contents = new long[FIRST_CAPACITY];

  private boolean[] taken = new boolean[FIRST_CAPACITY];
  private int size;

  ShardSet(String segment) {
    this.segment = segment;
  }

  /** Adds a shard of the segment, if it is not there. */
  void add(Shard shard) {
    if (!shard.segment().equals(segment)) {
      throw new IllegalArgumentException(shard + " is none of segment " + segment);
    }
    if (2 * size == taken.length) {
      grow();
    }
    put(shard.position(), (long) shard.length() << Integer.SIZE | shard.crc32c() & 0xffff_ffffL);
  }

  private void grow() {
    long[] oldPositions = positions;
    long[] oldContents = contents;
    boolean[] oldTaken = taken;
    positions = new long[2 * oldTaken.length];
    contents = new long[2 * oldTaken.length];
    taken = new boolean[2 * oldTaken.length];
    size = 0;
    for (int i = 0; i < oldTaken.length; i++) {
      if (oldTaken[i]) {
        put(oldPositions[i], oldContents[i]);
      }
    }
  }

  private void put(long position, long content) {
    int mask = taken.length - 1;
    int at = hash(position, content) & mask;
    while (taken[at]) {
      if (positions[at] == position && contents[at] == content) {
        return;
      }
      at = (at + 1) & mask;
    }
    taken[at] = true;
    positions[at] = position;
    contents[at] = content;
    size++;
  }

  private static int hash(long position, long content) {
    long mixed = (position * 31 + content) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> Integer.SIZE);
  }

  String segment() {
    return segment;
  }

  int size() {
    return size;
  }

  /** The shards by position. */
  List<Shard> toList() {
    List<Shard> shards = new ArrayList<>(size);
    for (int i = 0; i < taken.length; i++) {
      if (taken[i]) {
        int length = (int) (contents[i] >>> Integer.SIZE);
        shards.add(new Shard(segment, positions[i], length, (int) contents[i]));
      }
    }
    shards.sort(Comparator.comparingLong(Shard::position));
    return shards;
  }
}
