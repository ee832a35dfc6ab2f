package io.basalt.storage.tree;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The files that folded paths come to; a path of which no file is left is passed over. */
public final class FoldedFiles implements Iterator<FileState> {
  private final FoldedPaths folds;
  private FileState next;

  public FoldedFiles(FoldedPaths folds) {
    this.folds = folds;
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public FileState next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    FileState file = next;
    advance();
    return file;
  }

  private void advance() {
    next = null;
    while (next == null && folds.hasNext()) {
      Optional<FileState> file = folds.next().file();
      next = file.orElse(null);
    }
  }
}
