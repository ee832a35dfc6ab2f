package io.basalt.storage.drive;

import java.io.IOException;
import java.util.List;

/** A drive that does what another one does; a test overrides what shall go differently. */
public abstract class ForwardingDrive implements Drive {
  private final Drive drive;

  protected ForwardingDrive(Drive drive) {
    this.drive = drive;
  }

  @Override
  public DriveInfo info() {
    return drive.info();
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    return drive.create(name, size);
  }

  @Override
  public DriveFile open(String name) throws IOException {
    return drive.open(name);
  }

  @Override
  public DriveFile openForWrite(String name) throws IOException {
    return drive.openForWrite(name);
  }

  @Override
  public List<StoredFile> list(String directory) throws IOException {
    return drive.list(directory);
  }

  @Override
  public void delete(String name) throws IOException {
    drive.delete(name);
  }

  @Override
  public void link(String existing, String name) throws IOException {
    drive.link(existing, name);
  }

  @Override
  public void forceDirectoryOf(String name) throws IOException {
    drive.forceDirectoryOf(name);
  }

  @Override
  public long usedBytes() throws IOException {
    return drive.usedBytes();
  }

  @Override
  public void markUsed(String name, long millis) throws IOException {
    drive.markUsed(name, millis);
  }

  @Override
  public void markUsedBefore(String name, long millis) throws IOException {
    drive.markUsedBefore(name, millis);
  }
}
