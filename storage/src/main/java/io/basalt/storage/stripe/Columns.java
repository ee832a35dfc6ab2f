package io.basalt.storage.stripe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Columns that reads use again. Safe for several threads. */
final class Columns {
  private static final int KEPT_OF_A_WIDTH = 4;

  private final long memoryBytes;
  private final int mostBytes;
  private final Map<Integer, Deque<Column>> free = new HashMap<>();

  /**
   * Columns of at most {@code memoryBytes} for all their strips, or one block of each, and of at
   * most {@code mostBytes} a strip.
   */
  Columns(long memoryBytes, int mostBytes) {
    this.memoryBytes = memoryBytes;
    this.mostBytes = mostBytes;
  }

  /** Bytes of each strip in a column of so many. */
  int bytes(int width) {
    return Column.bytesFor(width, memoryBytes, mostBytes);
  }

  Column take(int width) {
    synchronized (free) {
      Deque<Column> fitting = free.get(width);
      if (fitting != null && !fitting.isEmpty()) {
        return fitting.pop();
      }
    }
    return new Column(width, bytes(width));
  }

  /** Gives back a column that nothing writes to any more. */
  void give(Column column) {
    synchronized (free) {
      Deque<Column> same = free.computeIfAbsent(column.width(), width -> new ArrayDeque<>());
      if (same.size() < KEPT_OF_A_WIDTH) {
        same.push(column);
      }
    }
  }
}
