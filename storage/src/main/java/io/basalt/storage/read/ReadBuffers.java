package io.basalt.storage.read;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Direct buffers that reads use again. Safe for several threads. */
final class ReadBuffers {
  private static final int KEPT = 8;

  private final int bytes;
  private final Deque<ByteBuffer> free = new ArrayDeque<>();

  ReadBuffers(int bytes) {
    this.bytes = bytes;
  }

  /** A buffer with exactly {@code needed} bytes remaining. */
  ByteBuffer take(int needed) {
    // A small file does not pay for clearing a whole buffer, and a large shard gets one of its own.
    if (needed > bytes || needed <= bytes / 4) {
      return ByteBuffer.allocateDirect(needed);
    }
    ByteBuffer buffer;
    synchronized (free) {
      buffer = free.poll();
    }
    return (buffer == null ? ByteBuffer.allocateDirect(bytes) : buffer.clear()).limit(needed);
  }

  /** Gives back a buffer that nothing writes to any more. */
  void give(ByteBuffer buffer) {
    synchronized (free) {
      if (buffer.capacity() == bytes && free.size() < KEPT) {
        free.push(buffer);
      }
    }
  }
}
