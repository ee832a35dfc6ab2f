package io.basalt.storage.table;

import io.basalt.storage.tree.PathRange;
import java.util.List;
import java.util.OptionalLong;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;

/**
 * What a table says of its paths by the Bloom filters of its row groups, apart from its rows: a
 * byte or two for each path. Safe for several threads.
 */
public final class PathFilter {
  /** Of a table without filters. */
  static final PathFilter NONE = new PathFilter(List.of());

  private final List<BloomFilter> rowGroups;

  /** Takes the filters of all row groups. */
  PathFilter(List<BloomFilter> rowGroups) {
    this.rowGroups = List.copyOf(rowGroups);
  }

  /** Whether filters can tell of these paths: of one, or of all below a directory. */
  public static boolean knows(PathRange paths) {
    return PathHashes.asked(paths).isPresent();
  }

  /** False only if the table has none of these paths. */
  public boolean mayHold(PathRange paths) {
    OptionalLong asked = PathHashes.asked(paths);
    return rowGroups.isEmpty()
        || asked.isEmpty()
        || rowGroups.stream().anyMatch(filter -> mayHold(filter, asked.getAsLong()));
  }

  /** Parquet's filter keeps the bits that it looks for in a field. */
  private static boolean mayHold(BloomFilter filter, long hash) {
    synchronized (filter) {
      return filter.findHash(hash);
    }
  }

  public long sizeBytes() {
    return rowGroups.stream().mapToLong(BloomFilter::getBitsetSize).sum();
  }
}
