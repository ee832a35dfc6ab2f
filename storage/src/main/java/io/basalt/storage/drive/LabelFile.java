package io.basalt.storage.drive;

import io.basalt.storage.FileErrors;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;

/**
 * The label of a drive where it is mounted. It was checked when it was read, and told from any
 * other file that takes its name later.
 */
final class LabelFile {
  private final String driveId;
  private final Path directory;
  private final DriveLabel label;
  private final Object key;

  private LabelFile(String driveId, Path directory, DriveLabel label, Object key) {
    this.driveId = driveId;
    this.directory = directory;
    this.label = label;
    this.key = key;
  }

  /**
   * Reads the label of a drive.
   *
   * @throws DriveUnavailableException if the directory or its label is missing, unreadable or that
   *     of another drive; the message is one sentence
   */
  static LabelFile read(DriveConfig config) throws DriveUnavailableException {
    Path file = config.path().resolve(DriveLabel.FILE);
    try {
      DriveLabel label = DriveLabel.decode(bytes(file));
      if (!label.drive().equals(config.id())) {
        throw new MisplacedDriveException(
            config.id(),
            "%s holds drive %s: correct the paths of the two"
                .formatted(config.path(), label.drive()));
      }
      return new LabelFile(config.id(), config.path(), label, key(file));
    } catch (NoSuchFileException missing) {
      throw new DriveUnavailableException(config.id(), whyMissing(config.path()), missing);
    } catch (DriveUnavailableException known) {
      throw known;
    } catch (IOException unreadable) {
      String why =
          Files.isDirectory(config.path())
              ? "%s cannot be read: %s".formatted(file, FileErrors.reason(unreadable))
              : whyMissing(config.path());
      throw new DriveUnavailableException(config.id(), why, unreadable);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    long length = Files.size(file);
    if (length > DriveLabel.LONGEST) {
      throw new IOException("it has %d bytes and is no label".formatted(length));
    }
    return Files.readAllBytes(file);
  }

  private static String whyMissing(Path path) {
    if (!Files.exists(path)) {
      return path + " does not exist: mount the drive";
    }
    if (!Files.isDirectory(path)) {
      return path + " is not a directory: mount the drive";
    }
    return "%s has no %s: mount the drive, or it was emptied".formatted(path, DriveLabel.FILE);
  }

  private static Object key(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return List.of(
        Objects.requireNonNullElse(attributes.fileKey(), ""), attributes.lastModifiedTime());
  }

  DriveLabel label() {
    return label;
  }

  /**
   * Checks that the very same label is still there.
   *
   * @throws DriveUnavailableException if the drive went away, or another came in its place
   */
  void check() throws DriveUnavailableException {
    Path file = directory.resolve(DriveLabel.FILE);
    try {
      if (key(file).equals(key)) {
        return;
      }
    } catch (IOException gone) {
      throw new DriveUnavailableException(
          driveId, "its label is gone: " + whyMissing(directory), gone);
    }
    throw new DriveUnavailableException(
        driveId, "another directory was mounted at " + directory, null);
  }

  /** The label, or the draft of one whose writer was stopped. */
  boolean isLabel(Path file) {
    String name = file.getFileName().toString();
    return file.getParent().equals(directory)
        && (name.equals(DriveLabel.FILE) || name.startsWith(DriveLabel.FILE + "."));
  }

  /**
   * Why a directory cannot become a drive, or null if it can. Changes nothing. The draft of a label
   * that another process is about to write, or was stopped at, is no reason.
   */
  static String whyNotNew(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return null;
    }
    if (!Files.isDirectory(directory)) {
      return "it is not a directory";
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.equals("lost+found") && !name.startsWith(DriveLabel.FILE + ".")) {
          return "it holds " + entry.getFileName();
        }
      }
    }
    return null;
  }

  /**
   * Writes and forces the label of a new drive, and makes its directory if it is missing. The label
   * appears whole; of several processes that label one directory, the first one's stays.
   *
   * @throws FileAlreadyExistsException if the directory has a label
   */
  static void write(DriveLabel label, Path directory) throws IOException {
    Files.createDirectories(directory);
    Path draft = directory.resolve(DriveLabel.FILE + "." + label.incarnation());
    try {
      try (FileChannel channel =
          FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(label.encode());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.createLink(directory.resolve(DriveLabel.FILE), draft);
    } finally {
      Files.deleteIfExists(draft);
    }
    FileDrive.forceDirectory(directory);
    FileDrive.forceDirectory(directory.toAbsolutePath().getParent());
  }
}
