package io.basalt.query;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The directory that a query writes into. While it runs, a directory in it holds the temporary
 * files and a token, by which each process learns that it sees the same directory and not its own
 * one of the same name. Files appear under their paths by a rename, whole.
 *
 * @param target absolute path of the directory
 * @param query random name of this query
 */
record Export(String target, String query) implements Serializable {
  private static final long serialVersionUID = 1;

  /** Makes the directory, if it is missing, and puts a new token into it. */
  static Export create(Path target) throws IOException {
    Files.createDirectories(target);
    Export export = new Export(target.toString(), UUID.randomUUID().toString());
    Files.createDirectory(export.work());
    Files.writeString(export.token(), export.query);
    return export;
  }

  /**
   * Fails unless this process sees the token.
   *
   * @param taskManager its name, for the sentence
   * @throws IOException saying what to do
   */
  void check(String taskManager) throws IOException {
    try {
      if (Files.readString(token()).equals(query)) {
        return;
      }
    } catch (IOException e) {
      throw new IOException(notShared(taskManager), e);
    }
    throw new IOException(notShared(taskManager));
  }

  private String notShared(String taskManager) {
    return "TaskManager %s does not see the same directory %s as the others: choose one that all share"
        .formatted(taskManager, target);
  }

  /** Opens the temporary file of a file, for one of several ranges. */
  FileChannel open(long number) throws IOException {
    return FileChannel.open(temporary(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Gives a temporary file its place; a file that stands there is replaced.
   *
   * @throws IOException if the place cannot be had, or is not inside of the directory
   */
  void publish(long number, String path) throws IOException {
    Path place = place(path);
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(place + " is a directory: remove it, or choose another directory");
    }
    try {
      Files.move(temporary(number), place, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(place + " is on another file system than " + target, e);
    }
  }

  /** Walks down name by name, so that no symbolic link can lead outside. */
  private Path place(String path) throws IOException {
    try {
      Path at = Path.of(target);
      List<String> names = List.of(path.substring(1).split("/", -1));
      for (String name : names.subList(0, names.size() - 1)) {
        at = child(at, name);
        makeDirectory(at);
      }
      return child(at, names.get(names.size() - 1));
    } catch (InvalidPathException e) {
      throw new IOException("this system has no such file name: " + e.getMessage(), e);
    }
  }

  private static Path child(Path parent, String name) throws IOException {
    Path child = parent.resolve(name).normalize();
    if (!parent.equals(child.getParent())) {
      throw new IOException("name leads outside of the directory: " + name);
    }
    return child;
  }

  private static void makeDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (Files.isSymbolicLink(directory)) {
        throw new IOException(
            directory + " is a symbolic link, which may lead outside: remove it", e);
      }
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(directory + " is a file where a directory is needed: remove it", e);
      }
    }
  }

  /** Removes the token and what is left of temporary files. */
  void close() throws IOException {
    try (Stream<Path> below = Files.walk(work())) {
      below.sorted(Comparator.reverseOrder()).forEach(Export::delete);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path work() {
    return Path.of(target, ".basalt-query-" + query);
  }

  private Path token() {
    return work().resolve("token");
  }

  private Path temporary(long number) {
    return work().resolve("file-" + number);
  }
}
