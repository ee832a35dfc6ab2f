package io.basalt.storage.drive;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that does what another one does; a test overrides what shall go differently. */
public abstract class ForwardingFile implements DriveFile {
  protected final DriveFile file;

  protected ForwardingFile(DriveFile file) {
    this.file = file;
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long length() throws IOException {
    return file.length();
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    file.write(source, position);
  }

  @Override
  public void read(ByteBuffer target, long position) throws IOException {
    file.read(target, position);
  }

  @Override
  public void force() throws IOException {
    file.force();
  }

  @Override
  public void truncate(long length) throws IOException {
    file.truncate(length);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
