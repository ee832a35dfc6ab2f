package io.basalt.storage.segment;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** A bounded number of direct buffers of one size, made when first needed and used again. */
final class StagingBuffers {
  private final int bytes;
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private int unmade;

  StagingBuffers(int count, int bytes) {
    this.unmade = count;
    this.bytes = bytes;
  }

  int bytesEach() {
    return bytes;
  }

  int available() {
    return free.size() + unmade;
  }

  ByteBuffer take() {
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (unmade == 0) {
      throw new IllegalStateException("no staging buffer is free");
    }
    unmade--;
    return ByteBuffer.allocateDirect(bytes);
  }

  void giveBack(ByteBuffer buffer) {
    free.push(buffer.clear());
  }
}
