package io.basalt.storage.table;

import io.basalt.storage.tree.PathRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;

/**
 * What a table says of its paths by the Bloom filters of its row groups, apart from its rows: a
 * byte or two for each path. Safe for several threads.
 */
public final class PathFilter {
  /** Of a table without filters, or of none: it denies nothing. */
  public static final PathFilter NONE = new PathFilter(List.of());

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

  /** Begins to ask for all that the table holds. */
  public Proof proof() {
    return new Proof();
  }

  /**
   * Asks the filter for the paths of its table, in order, and for the directories above them: who
   * looks up or lists believes what it denies. Belongs to one thread.
   */
  public final class Proof {
    private String last = "";

    /** The path, or the first directory above it, that the filter denies. */
    public Optional<String> denied(String path) {
      String before = last;
      last = path;
      if (path.equals(before)) {
        return Optional.empty();
      }
      if (!mayHold(PathRange.exactly(path))) {
        return Optional.of(path);
      }
      // Those that the path before lies in too were asked for with it.
      int slash = path.indexOf('/', Math.max(1, common(before, path)));
      while (slash >= 0 && slash < PathHashes.MAX_DIRECTORY_BYTES) {
        String directory = path.substring(0, slash + 1);
        if (!mayHold(PathRange.startingWith(directory))) {
          return Optional.of(directory);
        }
        slash = path.indexOf('/', slash + 1);
      }
      return Optional.empty();
    }

    private static int common(String one, String two) {
      int end = Math.min(one.length(), two.length());
      int at = 0;
      while (at < end && one.charAt(at) == two.charAt(at)) {
        at++;
      }
      return at;
    }
  }

  public long sizeBytes() {
    return rowGroups.stream().mapToLong(BloomFilter::getBitsetSize).sum();
  }
}
