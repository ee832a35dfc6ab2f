package io.basalt.storage.leaf;

import io.basalt.storage.root.FileRef;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A leaf: up to three tables of one path range. A table without rows has no file.
 *
 * @param files rows of the table of files
 * @param extents rows of the table of extents
 * @param parts rows of the table of pending parts
 * @param bytes sum of the files' sizes
 */
public record LeafRef(
    String minPath,
    String maxPath,
    long files,
    long extents,
    long parts,
    long bytes,
    Optional<FileRef> fileTable,
    Optional<FileRef> extentTable,
    Optional<FileRef> partTable)
    implements Child {
  /** Directory of the tables. */
  public static final String DIRECTORY = "leaves";

  /** The files of its tables. */
  public Stream<FileRef> tables() {
    return Stream.of(fileTable, extentTable, partTable).flatMap(Optional::stream);
  }

  /** Bytes of its tables. */
  public long storedBytes() {
    return tables().mapToLong(FileRef::length).sum();
  }
}
