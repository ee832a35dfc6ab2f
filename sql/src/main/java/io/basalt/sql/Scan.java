package io.basalt.sql;

import java.io.Serializable;
import java.util.List;

/**
 * What is read of a store.
 *
 * @param config the path of its basalt.yaml, the same on all machines
 * @param root number of the root, or 0 for the head
 * @param pinned whether the root is kept for as long as the scan takes
 * @param columns places in the table's columns, in the order of a row
 */
record Scan(
    String config,
    CatalogTable table,
    long root,
    boolean pinned,
    List<Integer> columns,
    Paths paths)
    implements Serializable {
  Scan {
    columns = List.copyOf(columns);
  }

  Scan withColumns(List<Integer> fewer) {
    return new Scan(config, table, root, pinned, fewer, paths);
  }

  Scan withPaths(Paths fewer) {
    return new Scan(config, table, root, pinned, columns, paths.and(fewer));
  }
}
