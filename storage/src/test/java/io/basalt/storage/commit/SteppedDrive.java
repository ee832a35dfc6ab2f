package io.basalt.storage.commit;

import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import java.io.IOException;
import java.util.List;

/**
 * A drive as one actor sees it: it gives others a turn before each change of a name and each list.
 */
record SteppedDrive(Drive drive, Runnable step) implements Drive {
  @Override
  public DriveInfo info() {
    return drive.info();
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    step.run();
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
    step.run();
    return drive.list(directory);
  }

  @Override
  public void delete(String name) throws IOException {
    step.run();
    drive.delete(name);
  }

  @Override
  public void link(String existing, String name) throws IOException {
    step.run();
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
