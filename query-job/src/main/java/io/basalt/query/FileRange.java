package io.basalt.query;

import io.basalt.storage.tree.FileState;

/**
 * A range of a file for one reader.
 *
 * @param number of the file in this query; names its temporary file
 * @param file the file, with the extents of the range only
 * @param from first byte
 * @param to the byte after the last
 */
record FileRange(long number, FileState file, long from, long to) {
  FileRange {
    if (from < 0 || from > to || to > file.size()) {
      throw new IllegalArgumentException(
          "range %d-%d of %s, which has %d bytes".formatted(from, to, file.path(), file.size()));
    }
  }

  long lengthBytes() {
    return to - from;
  }
}
