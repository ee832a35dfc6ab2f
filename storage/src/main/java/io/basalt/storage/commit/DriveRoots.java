package io.basalt.storage.commit;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;

/** The files of roots on one drive, for a call on one of its threads. */
final class DriveRoots {
  /** No root is near this; a longer file is damaged. */
  private static final long LONGEST = 64L << 20;

  /** Of one body, by finishers that stopped; the sweep deletes them. */
  private static final int MOST_COPIES = 1000;

  private final Drive drive;

  DriveRoots(Drive drive) {
    this.drive = drive;
  }

  /**
   * Gives a decided root its name, and forces the directory.
   *
   * @param hasBody whether its body is known to be whole here
   * @return the body id that has the name; empty if it is the root's
   */
  Optional<String> place(Root root, byte[] bytes, boolean hasBody) throws IOException {
    String name = RootFiles.fileName(root.number());
    Optional<String> other = Optional.empty();
    try {
      if (hasBody) {
        drive.link(RootFiles.bodyName(root.bodyId()), name);
      } else {
        // Mostly it is there, and then a full drive is no hindrance.
        other = mend(root, bytes);
      }
    } catch (FileAlreadyExistsException taken) {
      other = mend(root, bytes);
    } catch (NoSuchFileException missing) {
      // Or the body was swept: its attempt was ended while it slept, after its record had won.
      linkCopy(root, bytes);
    }
    drive.forceDirectoryOf(name);
    return other;
  }

  /** The name is taken: by the same root, by a damaged copy, which is replaced, or by another. */
  private Optional<String> mend(Root root, byte[] bytes) throws IOException {
    String name = RootFiles.fileName(root.number());
    byte[] found = bytes(name);
    if (Arrays.equals(found, bytes)) {
      return Optional.empty();
    }
    try {
      return Optional.of(RootCodec.decode(found, drive.info().id(), name).bodyId());
    } catch (CorruptDataException damaged) {
      drive.delete(name);
      linkCopy(root, bytes);
      return Optional.empty();
    }
  }

  private void linkCopy(Root root, byte[] bytes) throws IOException {
    String name = RootFiles.fileName(root.number());
    String copy = writeCopy(root.bodyId(), bytes);
    try {
      drive.link(copy, name);
    } catch (FileAlreadyExistsException taken) {
      byte[] found = bytes(name);
      if (!Arrays.equals(found, bytes)) {
        throw taken;
      }
    } finally {
      delete(copy);
    }
  }

  /** Several finishers may copy at once: whoever makes a name owns it. */
  private String writeCopy(String bodyId, byte[] bytes) throws IOException {
    for (int copy = 0; copy < MOST_COPIES; copy++) {
      String name = RootFiles.bodyName(bodyId) + "-copy-" + copy;
      try {
        write(name, bytes);
        return name;
      } catch (FileAlreadyExistsException another) {
        // Of a finisher that stopped or that is at work.
        continue;
      }
    }
    throw new IOException(
        "%d copies of body %s are left on drive %s: end the jobs that fail again and again"
            .formatted(MOST_COPIES, bodyId, drive.info().id()));
  }

  /**
   * Writes and forces a file. What does not fit is taken away again: it is tried often, under
   * another name each time.
   */
  void write(String name, byte[] bytes) throws IOException {
    try (DriveFile file = drive.create(name, bytes.length)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.force();
    } catch (DriveFullException full) {
      delete(name);
      throw full;
    }
  }

  /**
   * The whole file.
   *
   * @throws CorruptDataException if it is too long for a root
   */
  byte[] bytes(String name) throws IOException {
    try (DriveFile file = drive.open(name)) {
      long length = file.length();
      if (length > LONGEST) {
        throw new CorruptDataException(
            drive.info().id(), name, 0, "at most " + LONGEST + " bytes", length + " bytes");
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) length);
      file.read(buffer, 0);
      return buffer.array();
    }
  }

  /** Whether a file was there to be deleted. */
  boolean delete(String name) throws IOException {
    try {
      drive.delete(name);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
