package io.basalt.storage.stripe;

import io.basalt.storage.root.Stripe;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Columns that reads use again. Safe for several threads. */
final class Columns {
  private final long memoryBytes;
  private final int mostBytes;
  private final int kept;
  private final Map<Size, Deque<Column>> free = new HashMap<>();

  private record Size(int width, int bytes) {}

  /**
   * Columns of at most {@code memoryBytes} for all their strips, or one block of each, and of at
   * most {@code mostBytes} a strip.
   *
   * @param kept how many of a size are kept for another use
   */
  Columns(long memoryBytes, int mostBytes, int kept) {
    this.memoryBytes = memoryBytes;
    this.mostBytes = mostBytes;
    this.kept = kept;
  }

  /** Most bytes of each strip in a column of so many. */
  int bytes(int width) {
    return Column.bytesFor(width, memoryBytes, mostBytes);
  }

  /** A column of so many strips, with room for so many bytes of each. */
  Column take(int width, int bytes) {
    // New memory is cleared, so a small read asks for little; powers of two are found again.
    int atLeast = Math.max(bytes, Stripe.BLOCK_BYTES);
    int roomy = Integer.highestOneBit(atLeast - 1) << 1;
    Size size = new Size(width, Math.min(roomy, bytes(width)));
    synchronized (free) {
      Deque<Column> fitting = free.get(size);
      if (fitting != null && !fitting.isEmpty()) {
        return fitting.pop();
      }
    }
    return new Column(width, size.bytes());
  }

  /** Gives back a column that nothing writes to any more. */
  void give(Column column) {
    synchronized (free) {
      Size size = new Size(column.width(), column.bytes());
      Deque<Column> same = free.computeIfAbsent(size, any -> new ArrayDeque<>());
      if (same.size() < kept) {
        same.push(column);
      }
    }
  }
}
