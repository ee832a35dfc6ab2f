package io.basalt.storage.read;

import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Fold;
import io.basalt.storage.tree.FoldedPaths;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The children of a directory, or all files below it, from the sorted folds of its paths. */
final class Listing implements Iterator<ListEntry> {
  /** How far down a listing goes. */
  enum Depth {
    CHILDREN,
    ALL
  }

  private final FoldedPaths folds;
  private final String directory;
  private final Depth depth;
  private String lastDirectory = "";
  private ListEntry next;

  /** Lists the paths below directory, which ends with a slash. */
  Listing(FoldedPaths folds, String directory, Depth depth) {
    this.folds = folds;
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
    while (next == null && folds.hasNext()) {
      Fold fold = folds.next();
      Optional<FileState> file = fold.file();
      if (file.isPresent()) {
        next = entry(file.get());
      }
    }
  }

  private ListEntry entry(FileState file) {
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
