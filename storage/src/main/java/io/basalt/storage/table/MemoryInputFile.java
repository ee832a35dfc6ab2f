package io.basalt.storage.table;

import java.io.EOFException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A table whose checksum was verified, in memory. Streams share the bytes and have their own
 * position.
 */
final class MemoryInputFile implements InputFile {
  private final String name;
  private final ByteBuffer bytes;

  MemoryInputFile(String name, ByteBuffer bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  @Override
  public long getLength() {
    return bytes.limit();
  }

  @Override
  public SeekableInputStream newStream() {
    return new Stream(bytes.duplicate());
  }

  @Override
  public String toString() {
    return name;
  }

  private static final class Stream extends SeekableInputStream {
    private final ByteBuffer bytes;

    private Stream(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public long getPos() {
      return bytes.position();
    }

    @Override
    public void seek(long position) throws EOFException {
      if (position < 0 || position > bytes.limit()) {
        throw new EOFException("byte " + position + " of a table of " + bytes.limit());
      }
      bytes.position((int) position);
    }

    @Override
    public int read() {
      return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, bytes.remaining());
      if (count == 0 && length > 0) {
        return -1;
      }
      bytes.get(target, offset, count);
      return count;
    }

    @Override
    public int read(ByteBuffer target) {
      int count = Math.min(target.remaining(), bytes.remaining());
      if (count == 0 && target.hasRemaining()) {
        return -1;
      }
      target.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      return count;
    }

    @Override
    public void readFully(byte[] target) throws EOFException {
      readFully(target, 0, target.length);
    }

    @Override
    public void readFully(byte[] target, int offset, int length) throws EOFException {
      checkRemaining(length);
      bytes.get(target, offset, length);
    }

    @Override
    public void readFully(ByteBuffer target) throws EOFException {
      checkRemaining(target.remaining());
      read(target);
    }

    private void checkRemaining(int length) throws EOFException {
      if (length > bytes.remaining()) {
        throw new EOFException(
            length + " bytes from byte " + bytes.position() + " of a table of " + bytes.limit());
      }
    }
  }
}
