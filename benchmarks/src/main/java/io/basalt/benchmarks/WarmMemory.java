package io.basalt.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory for a contestant that writes to a file system in memory. A virtual machine's host backs a
 * page when it is first touched, which costs more than to write it, and takes back what is free for
 * seconds. So a file holds as many pages as the contestant is going to write and shrinks as it
 * writes: each page that it gets was in use a moment ago.
 */
final class WarmMemory implements AutoCloseable {
  private static final int CHUNK = 64 << 20;

  /** How far the file shrinks ahead of the contestant. */
  private static final long AHEAD = 512L << 20;

  private final Path file;
  private final FileChannel channel;
  private final long bytes;
  private long held;

  private WarmMemory(Path file, FileChannel channel, long bytes) {
    this.file = file;
    this.channel = channel;
    this.bytes = bytes;
    this.held = bytes;
  }

  static WarmMemory of(Path directory, long bytes) throws IOException {
    Path file = Files.createTempFile(directory, "warm", null);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 20);
    for (long written = 0; written < bytes; written += chunk.capacity()) {
      channel.write(chunk.clear(), written);
    }
    WarmMemory memory = new WarmMemory(file, channel, bytes);
    memory.giveUpTo(0);
    return memory;
  }

  /** Gives what the contestant needs that has done this share of its work, 0 to 1. */
  synchronized void giveUpTo(double share) {
    long left = Math.max(0, (long) (bytes * (1 - share)) - AHEAD);
    if (held - left >= CHUNK || left == 0 && held > 0) {
      try {
        channel.truncate(left);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      held = left;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.delete(file);
  }
}
