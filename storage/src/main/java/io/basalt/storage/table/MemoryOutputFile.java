package io.basalt.storage.table;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** Collects a table before it goes to its drives. */
final class MemoryOutputFile implements OutputFile {
  private final Bytes bytes = new Bytes();

  ByteBuffer toByteBuffer() {
    return bytes.view();
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return new Positioned(bytes);
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return create(blockSizeHint);
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  private static final class Bytes extends ByteArrayOutputStream {
    private ByteBuffer view() {
      return ByteBuffer.wrap(buf, 0, count).slice();
    }
  }

  private static final class Positioned extends PositionOutputStream {
    private final Bytes bytes;

    private Positioned(Bytes bytes) {
      this.bytes = bytes;
    }

    @Override
    public long getPos() {
      return bytes.size();
    }

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes.write(source, offset, length);
    }
  }
}
