package io.basalt.storage.stripe;

import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A drive whose files cannot be opened until it is told to go on. */
final class HangingDrive implements Drive {
  private final Drive drive;
  private final CountDownLatch goOn = new CountDownLatch(1);

  HangingDrive(Drive drive) {
    this.drive = drive;
  }

  void goOn() {
    goOn.countDown();
  }

  @Override
  public DriveInfo info() {
    return drive.info();
  }

  @Override
  public DriveFile open(String name) throws IOException {
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the threads of a drive", e);
    }
    return drive.open(name);
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    return drive.create(name, size);
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
}
