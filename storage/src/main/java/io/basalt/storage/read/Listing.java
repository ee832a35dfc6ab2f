package io.basalt.storage.read;

import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The children of a directory, or all files below it, in the order of paths. It passes over the
 * files of a child directory; where they are many it asks anew for what comes after them, which
 * costs as much as some hundreds of rows.
 */
final class Listing implements Iterator<ListEntry> {
  private static final int MANY = 1_000;

  /** How far down a listing goes. */
  enum Depth {
    CHILDREN,
    ALL
  }

  /** The files of some paths, in order. */
  @FunctionalInterface
  interface Source {
    Iterator<ListedFile> files(PathRange paths) throws IOException;
  }

  private final Source source;
  private final String directory;
  private final Depth depth;
  private Iterator<ListedFile> files;
  private String lastDirectory = "";
  private int passed;
  private ListEntry next;

  /** Lists what is below the directory, which ends with a slash. */
  Listing(Source source, String directory, Depth depth) throws IOException {
    this.source = source;
    this.directory = directory;
    this.depth = depth;
    this.files = source.files(PathRange.startingWith(directory));
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public ListEntry next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    ListEntry entry = next;
    advance();
    return entry;
  }

  private void advance() {
    next = null;
    while (next == null && files.hasNext()) {
      next = entry(files.next());
      if (passed == MANY) {
        files = after(lastDirectory);
        passed = 0;
      }
    }
  }

  private Iterator<ListedFile> after(String child) {
    String itself = directory.substring(0, directory.length() - 1);
    try {
      return source.files(PathRange.stretch(endOf(child), Optional.of(endOf(itself))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What stands below a directory begins with its path and a slash, so this comes after it. */
  private static String endOf(String directory) {
    return directory + (char) ('/' + 1);
  }

  private ListEntry entry(ListedFile file) {
    int slash = file.path().indexOf('/', directory.length());
    if (depth == Depth.ALL || slash < 0) {
      return new ListEntry.File(file);
    }
    String child = file.path().substring(0, slash);
    if (child.equals(lastDirectory)) {
      passed++;
      return null;
    }
    lastDirectory = child;
    passed = 0;
    return new ListEntry.Directory(child);
  }
}
