package io.basalt.storage.drive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a drive. Positional calls are safe from several threads. */
public interface DriveFile extends Closeable {
  String name();

  long length() throws IOException;

  /** Writes all remaining bytes at the position. */
  void write(ByteBuffer source, long position) throws IOException;

  /** Fills the buffer from the position; fewer bytes there is an {@link java.io.EOFException}. */
  void read(ByteBuffer target, long position) throws IOException;

  /** Forces data (and length) to the device. */
  void force() throws IOException;

  void truncate(long length) throws IOException;

  @Override
  void close() throws IOException;
}
