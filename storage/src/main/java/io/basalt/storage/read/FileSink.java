package io.basalt.storage.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes of a file as they come, in any order. */
@FunctionalInterface
public interface FileSink {
  /** Takes all remaining bytes, which stand at {@code position} of the file. */
  void write(ByteBuffer bytes, long position) throws IOException;
}
