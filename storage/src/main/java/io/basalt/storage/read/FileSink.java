package io.basalt.storage.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Takes bytes of a file as they come, in any order. */
@FunctionalInterface
public interface FileSink {
  /** Takes all remaining bytes, which stand at {@code position} of the file. */
  void write(ByteBuffer bytes, long position) throws IOException;

  /**
   * A sink into a local file that begins with byte {@code from}; the channel stays the caller's.
   */
  static FileSink to(FileChannel local, long from) {
    return (bytes, position) -> {
      long at = position - from;
      while (bytes.hasRemaining()) {
        at += local.write(bytes, at);
      }
    };
  }
}
