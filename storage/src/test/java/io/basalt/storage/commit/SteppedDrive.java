package io.basalt.storage.commit;

import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.commit.Interleaving.Touch;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import java.io.IOException;
import java.util.List;

/**
 * A drive as one actor sees it: it gives others a turn before each change of a name, each list and
 * each open.
 *
 * @param heeded prefix of the names that the actor heeds in a list
 */
record SteppedDrive(Drive drive, Steps steps, String heeded) implements Drive {
  @Override
  public DriveInfo info() {
    return drive.info();
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    change(name);
    return drive.create(name, size);
  }

  @Override
  public DriveFile open(String name) throws IOException {
    look(name);
    return drive.open(name);
  }

  @Override
  public DriveFile openForWrite(String name) throws IOException {
    change(name);
    return drive.openForWrite(name);
  }

  @Override
  public List<StoredFile> list(String directory) throws IOException {
    look(heeded.startsWith(directory + "/") ? heeded : directory + "/");
    return drive.list(directory);
  }

  @Override
  public void delete(String name) throws IOException {
    change(name);
    drive.delete(name);
  }

  @Override
  public void link(String existing, String name) throws IOException {
    look(existing);
    change(name);
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

  private void look(String name) {
    steps.before(Touch.look(drive.info().id(), name));
  }

  private void change(String name) {
    steps.before(Touch.change(drive.info().id(), name));
  }
}
