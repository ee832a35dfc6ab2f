package io.basalt.storage.drive;

import java.io.IOException;
import java.util.List;

/**
 * A directory on its own device. Files are named by a relative, slash-separated name such as {@code
 * segments/12-9f3a-0-1}; parent directories are made on demand and forced.
 *
 * <p>Every call blocks; callers run it on the drive's own threads (see {@link DriveSet}). A call
 * that fails because the device fails throws {@link DriveUnavailableException}; one that finds no
 * room throws {@link DriveFullException}; a missing file is {@link
 * java.nio.file.NoSuchFileException}.
 */
public interface Drive {
  DriveInfo info();

  /**
   * Makes a new file of {@code size} preallocated bytes that is open for writing; nothing of it is
   * forced. Fails with {@link java.nio.file.FileAlreadyExistsException} if the name is taken.
   */
  DriveFile create(String name, long size) throws IOException;

  /** Opens an existing file for positional reads. */
  DriveFile open(String name) throws IOException;

  /**
   * Opens an existing file for positional reads and writes; for segments being truncated or sealed.
   */
  DriveFile openForWrite(String name) throws IOException;

  /** Files below a directory name, recursively; empty if it does not exist. */
  List<StoredFile> list(String directory) throws IOException;

  /**
   * The names of the same files, for a directory without any below it. Costs less, since nothing is
   * asked of each file.
   */
  default List<String> names(String directory) throws IOException {
    return list(directory).stream().map(StoredFile::name).toList();
  }

  void delete(String name) throws IOException;

  /**
   * Adds a second name; fails with FileAlreadyExistsException if the name is taken. For roots only.
   */
  void link(String existing, String name) throws IOException;

  /** Forces the directory that holds {@code name}, and the parents that were made for it. */
  void forceDirectoryOf(String name) throws IOException;

  /** Bytes allocated by all files on the drive, preallocation included. */
  long usedBytes() throws IOException;

  /**
   * Notes that a file was used, in milliseconds since the epoch. For hints alone: a drive that
   * cannot keep it ignores it, and nothing is forced.
   */
  default void markUsed(String name, long millis) throws IOException {}

  /**
   * Notes when what a file holds was last used, where it stood before, in milliseconds since the
   * epoch: also when that is earlier than the file was written. For hints alone, as {@link
   * #markUsed}.
   */
  default void markUsedBefore(String name, long millis) throws IOException {}

  /**
   * A file of a drive: name relative to the drive, its length in bytes, and when it was last
   * written or marked as used, in milliseconds since the epoch.
   */
  record StoredFile(String name, long length, long usedMillis) {}
}
