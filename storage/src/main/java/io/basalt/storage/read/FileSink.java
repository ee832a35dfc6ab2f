package io.basalt.storage.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes of a file as they come, in any order. */
@FunctionalInterface
public interface FileSink {
  /** Takes all remaining bytes, which stand at {@code position} of the file. */
  void write(ByteBuffer bytes, long position) throws IOException;

  /** Writes to a local file, which stays its caller's. */
  @FunctionalInterface
  interface LocalFile {
    /** Writes some of the remaining bytes at a position and returns how many. */
    int write(ByteBuffer bytes, long position) throws IOException;
  }

  /** A sink into a local file that begins with byte {@code from}. */
  static FileSink to(LocalFile local, long from) {
    return (bytes, position) -> {
      long at = position - from;
      while (bytes.hasRemaining()) {
        at += local.write(bytes, at);
      }
    };
  }
}
