package io.basalt.storage.leaf;

import java.util.Arrays;

/** The tables of a leaf; each is a file that is named after the leaf. */
enum LeafTable {
  FILES("-files.parquet"),
  EXTENTS("-extents.parquet"),
  PARTS("-parts.parquet");

  private final String suffix;

  LeafTable(String suffix) {
    this.suffix = suffix;
  }

  /** Which table a file is. */
  static LeafTable of(String file) {
    return Arrays.stream(values())
        .filter(table -> file.endsWith(table.suffix))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(file + " is no table of a leaf"));
  }

  /** Name of the file. */
  String file(String leaf) {
    return leaf + suffix;
  }

  /** Name of the leaf that a file belongs to. */
  String leaf(String file) {
    return file.substring(0, file.length() - suffix.length());
  }
}
