package io.basalt.storage.read;

import io.basalt.storage.tree.ListedFile;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The children of a directory, or all files below it, from the files of its paths in order. */
final class Listing implements Iterator<ListEntry> {
  /** How far down a listing goes. */
  enum Depth {
    CHILDREN,
    ALL
  }

  private final Iterator<ListedFile> files;
  private final String directory;
  private final Depth depth;
  private String lastDirectory = "";
  private ListEntry next;

  /** Lists the files, which all stand below directory, which ends with a slash. */
  Listing(Iterator<ListedFile> files, String directory, Depth depth) {
    this.files = files;
    this.directory = directory;
    this.depth = depth;
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
    }
  }

  private ListEntry entry(ListedFile file) {
    int slash = file.path().indexOf('/', directory.length());
    if (depth == Depth.ALL || slash < 0) {
      return new ListEntry.File(file);
    }
    String child = file.path().substring(0, slash);
    if (child.equals(lastDirectory)) {
      return null;
    }
    lastDirectory = child;
    return new ListEntry.Directory(child);
  }
}
