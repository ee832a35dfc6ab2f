package io.basalt.storage.read;

import io.basalt.storage.tree.ListedFile;

/** What a listing shows. A path may be a file and a directory at once. */
public sealed interface ListEntry {
  /** Absolute, without a slash at the end. */
  String path();

  /** A file. */
  record File(ListedFile file) implements ListEntry {
    @Override
    public String path() {
      return file.path();
    }
  }

  /** A prefix that some file's path has; directories exist by their files alone. */
  record Directory(String path) implements ListEntry {}
}
