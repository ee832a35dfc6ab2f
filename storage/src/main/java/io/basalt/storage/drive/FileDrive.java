package io.basalt.storage.drive;

import io.basalt.storage.config.StoreConfig.DriveConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A drive that is a directory of a file system. Its label was checked when it was opened, and that
 * the very same label is still there is checked before each file that is made or opened for writing
 * and after each force, so that nothing is ever written beside a drive that went away.
 */
public final class FileDrive implements Drive {
  private static final Duration NOW = Duration.ofMillis(500);

  /** Close enough for a small file, so that a commit waits for no walk. */
  private static final Duration LATELY = Duration.ofSeconds(30);

  private static final long SMALL_BYTES = 1 << 20;

  private final DriveInfo info;
  private final LabelFile label;
  private final Path directory;
  private final DriveErrors errors;
  private final UsedSpace used = new UsedSpace(this::walkedBytes, System::nanoTime);
  private final Set<Path> forcedDirectories = ConcurrentHashMap.newKeySet();

  private FileDrive(DriveConfig config, LabelFile label) {
    this.info =
        new DriveInfo(
            config.id(),
            config.tier(),
            config.enclosure(),
            config.size(),
            label.label().incarnation());
    this.label = label;
    this.directory = config.path();
    this.errors = new DriveErrors(config.id());
  }

  /**
   * Opens a labelled drive.
   *
   * @throws DriveUnavailableException if the directory or its label is missing, unreadable or that
   *     of another drive; the message is one sentence
   */
  public static FileDrive open(DriveConfig config) throws DriveUnavailableException {
    return new FileDrive(config, LabelFile.read(config));
  }

  /**
   * Writes, forces, reads and deletes a small file. A full drive passes. A stop leaves a file of an
   * attempt that has ended, which the sweep deletes.
   */
  void probe() throws IOException {
    String name = "segments/0-%016x-probe".formatted(System.nanoTime());
    ByteBuffer bytes = ByteBuffer.wrap(label().encode());
    try {
      try (DriveFile file = create(name, bytes.remaining())) {
        file.write(bytes.duplicate(), 0);
        file.force();
        ByteBuffer read = ByteBuffer.allocate(bytes.remaining());
        file.read(read, 0);
        if (!read.flip().equals(bytes)) {
          throw new DriveUnavailableException(
              info.id(), "reads other bytes than it was given", null);
        }
      }
      delete(name);
    } catch (DriveFullException full) {
      // It answers, and those who write to it know how to wait.
      return;
    }
  }

  DriveLabel label() {
    return label.label();
  }

  @Override
  public DriveInfo info() {
    return info;
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    Path file = path(name);
    requireRoom(name, size);
    try {
      FileChannel channel =
          inDirectoryOf(
              file,
              made ->
                  FileChannel.open(
                      made,
                      StandardOpenOption.CREATE_NEW,
                      StandardOpenOption.READ,
                      StandardOpenOption.WRITE,
                      StandardOpenOption.SPARSE));
      used.add(size);
      return allocated(name, channel, size);
    } catch (IOException error) {
      throw errors.sort("making " + name, error);
    }
  }

  /** An old count may let a small file pass, but none is refused by it: room may have come back. */
  private void requireRoom(String name, long size) throws IOException {
    boolean passes = size <= SMALL_BYTES && usedBytes(LATELY) + size <= info.size();
    if (!passes && usedBytes(NOW) + size > info.size()) {
      throw new DriveFullException(info.id(), "no room for %s of %d bytes".formatted(name, size));
    }
  }

  @FunctionalInterface
  private interface Making<T> {
    T make(Path name) throws IOException;
  }

  /** Makes a name, and its directory where it is the first one there. */
  private static <T> T inDirectoryOf(Path name, Making<T> making) throws IOException {
    try {
      return making.make(name);
    } catch (NoSuchFileException first) {
      Files.createDirectories(name.getParent());
      return making.make(name);
    }
  }

  /** On an error the name is given back: whoever tries often would leave as many files behind. */
  private DriveFile allocated(String name, FileChannel channel, long size) throws IOException {
    try {
      if (size > 0) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
      return new ChannelFile(name, channel, label, errors, used::add);
    } catch (IOException error) {
      used.add(-size);
      try (channel) {
        Files.deleteIfExists(path(name));
      } catch (IOException second) {
        error.addSuppressed(second);
      }
      throw error;
    }
  }

  @Override
  public DriveFile open(String name) throws IOException {
    return opened(name, StandardOpenOption.READ);
  }

  @Override
  public DriveFile openForWrite(String name) throws IOException {
    label.check();
    return opened(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private DriveFile opened(String name, StandardOpenOption... options) throws IOException {
    try {
      return new ChannelFile(name, FileChannel.open(path(name), options), label, errors, used::add);
    } catch (NoSuchFileException missing) {
      label.check();
      throw missing;
    } catch (IOException error) {
      throw errors.sort("opening " + name, error);
    }
  }

  @Override
  public List<StoredFile> list(String directoryName) throws IOException {
    label.check();
    List<StoredFile> files = new ArrayList<>();
    walk(
        directoryName.isEmpty() ? directory : path(directoryName),
        (file, attributes) -> {
          if (!label.isLabel(file)) {
            files.add(
                new StoredFile(
                    directory.relativize(file).toString(),
                    attributes.size(),
                    Math.max(
                        attributes.lastModifiedTime().toMillis(),
                        attributes.lastAccessTime().toMillis())));
          }
        });
    return files;
  }

  @Override
  public List<String> names(String directoryName) throws IOException {
    label.check();
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path(directoryName))) {
      files.forEach(file -> names.add(directoryName + "/" + file.getFileName()));
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (DirectoryIteratorException error) {
      throw errors.sort("listing " + directoryName, error.getCause());
    } catch (IOException error) {
      throw errors.sort("listing " + directoryName, error);
    }
    return names;
  }

  /** Sets the access time, which mounts keep late or not at all. */
  @Override
  public void markUsed(String name, long millis) throws IOException {
    Files.getFileAttributeView(path(name), BasicFileAttributeView.class)
        .setTimes(null, FileTime.fromMillis(millis), null);
  }

  @Override
  public void markUsedBefore(String name, long millis) throws IOException {
    FileTime used = FileTime.fromMillis(millis);
    Files.getFileAttributeView(path(name), BasicFileAttributeView.class).setTimes(used, used, null);
  }

  @Override
  public void delete(String name) throws IOException {
    label.check();
    Path file = path(name);
    try {
      long length = Files.size(file);
      Files.delete(file);
      used.add(-length);
    } catch (IOException error) {
      throw errors.sort("deleting " + name, error);
    }
  }

  @Override
  public void link(String existing, String name) throws IOException {
    label.check();
    try {
      inDirectoryOf(path(name), link -> Files.createLink(link, path(existing)));
      // The walk counts a file once for each of its names.
      used.add(Files.size(path(name)));
    } catch (IOException error) {
      throw errors.sort("linking " + name, error);
    }
  }

  @Override
  public void forceDirectoryOf(String name) throws IOException {
    try {
      Path child = path(name).getParent();
      forceDirectory(child);
      // Another process may have made a parent and not forced it yet, so each drive does so once.
      while (!child.equals(directory) && !forcedDirectories.contains(child)) {
        forceDirectory(child.getParent());
        // Only now: another thread that finds it here relies on it.
        forcedDirectories.add(child);
        child = child.getParent();
      }
    } catch (IOException error) {
      throw errors.sort("forcing the directory of " + name, error);
    }
  }

  static void forceDirectory(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long usedBytes() throws IOException {
    return usedBytes(NOW);
  }

  /** At least what the device itself lacks, so that a device that is smaller shows as full. */
  private long usedBytes(Duration age) throws IOException {
    label.check();
    try {
      return Math.max(used.bytes(age), info.size() - usableBytes());
    } catch (IOException error) {
      throw errors.sort("counting its files", error);
    }
  }

  /** By a path and not by its mount: a container or a chroot may show no mount for it. */
  private long usableBytes() throws IOException {
    long usable = directory.toFile().getUsableSpace();
    if (usable == 0 && directory.toFile().getTotalSpace() == 0) {
      throw new IOException("the space of " + directory + " cannot be asked");
    }
    return usable;
  }

  private long walkedBytes() throws IOException {
    long[] bytes = new long[1];
    walk(directory, (file, attributes) -> bytes[0] += attributes.size());
    return bytes[0];
  }

  @FunctionalInterface
  private interface FileSink {
    void accept(Path file, BasicFileAttributes attributes);
  }

  private void walk(Path from, FileSink sink) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sink.accept(file, attributes);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException error)
                throws IOException {
              // Others delete files while this one lists them.
              if (error instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw error;
            }
          });
    } catch (IOException error) {
      throw errors.sort("listing " + from, error);
    }
  }

  private Path path(String name) {
    Path path = directory.resolve(name).normalize();
    if (name.isEmpty() || !path.startsWith(directory) || path.equals(directory)) {
      throw new IllegalArgumentException("not the name of a file on a drive: \"" + name + "\"");
    }
    return path;
  }
}
