package io.basalt.storage.read;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.table.PathFilter;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Opens runs, and keeps as many of them as fit, and the Bloom filters of more. Safe for several
 * threads.
 */
final class OpenRuns {
  private static final long KEPT_BYTES = 64L << 20;

  /** Runs that are read at once: enough for the drives' threads, and little memory. */
  private static final int AT_ONCE = 32;

  private static final long AT_ONCE_BYTES = 4L << 20;

  private final MirroredFiles files;
  private final Covered covered;
  private final Map<RunRef, RunReader> runs = new HashMap<>();
  private final Map<RunRef, PathFilter> filters = new HashMap<>();
  private long runBytes;
  private long filterBytes;

  /**
   * @param covered events that the runs' readers leave out
   */
  OpenRuns(MirroredFiles files, Covered covered) {
    this.files = files;
    this.covered = covered;
  }

  /** What is done with an open run. */
  @FunctionalInterface
  interface RunUse {
    void with(RunRef run, RunReader reader) throws IOException;
  }

  /** Those of some runs that may hold one of these paths. */
  List<RunRef> holding(List<RunRef> some, PathRange paths) throws IOException {
    List<RunRef> among =
        some.stream().filter(run -> paths.overlaps(run.minPath(), run.maxPath())).toList();
    if (!PathFilter.knows(paths)) {
      return among;
    }
    Map<RunRef, PathFilter> known = filters(among);
    Set<RunRef> holding = new HashSet<>();
    known.forEach((run, filter) -> ask(run, filter, paths, holding));
    each(
        among.stream().filter(run -> !known.containsKey(run)).toList(),
        (run, reader) -> {
          PathFilter filter = reader.filter();
          keep(run, filter);
          ask(run, filter, paths, holding);
        });
    return among.stream().filter(holding::contains).toList();
  }

  private static void ask(RunRef run, PathFilter filter, PathRange paths, Set<RunRef> holding) {
    if (filter.mayHold(paths)) {
      holding.add(run);
    }
  }

  /** Gives open runs in order. Some are read at once, and then go if they are not kept. */
  void each(List<RunRef> asked, RunUse use) throws IOException {
    int next = 0;
    while (next < asked.size()) {
      int first = next;
      long bytes = 0;
      while (next < asked.size() && next - first < AT_ONCE && bytes < AT_ONCE_BYTES) {
        bytes += asked.get(next++).file().length();
      }
      List<RunRef> some = asked.subList(first, next);
      Map<RunRef, RunReader> open = open(some);
      for (RunRef run : some) {
        use.with(run, open.get(run));
      }
    }
  }

  /** Opens one run, which stays in memory for as long as the caller has it. */
  RunReader open(RunRef run) throws IOException {
    return open(List.of(run)).get(run);
  }

  private Map<RunRef, RunReader> open(List<RunRef> some) throws IOException {
    Map<RunRef, RunReader> open = new HashMap<>();
    for (RunRef run : some) {
      kept(run).ifPresent(reader -> open.put(run, reader));
    }
    List<RunRef> missing = some.stream().filter(run -> !open.containsKey(run)).toList();
    List<ByteBuffer> read = files.read(missing.stream().map(RunRef::file).toList());
    for (int i = 0; i < read.size(); i++) {
      RunRef run = missing.get(i);
      open.put(run, new RunReader(run.file().name(), read.get(i), covered));
      keep(run, open.get(run));
    }
    return open;
  }

  private synchronized Optional<RunReader> kept(RunRef run) {
    return Optional.ofNullable(runs.get(run));
  }

  private synchronized void keep(RunRef run, RunReader reader) {
    if (runBytes + run.file().length() <= KEPT_BYTES && runs.put(run, reader) == null) {
      runBytes += run.file().length();
    }
  }

  private synchronized void keep(RunRef run, PathFilter filter) {
    if (filterBytes + filter.sizeBytes() <= KEPT_BYTES && filters.put(run, filter) == null) {
      filterBytes += filter.sizeBytes();
    }
  }

  private synchronized Map<RunRef, PathFilter> filters(List<RunRef> of) {
    Map<RunRef, PathFilter> known = new HashMap<>();
    for (RunRef run : of) {
      PathFilter filter = filters.get(run);
      if (filter != null) {
        known.put(run, filter);
      }
    }
    return known;
  }

  synchronized void clear() {
    runs.clear();
    filters.clear();
    runBytes = 0;
    filterBytes = 0;
  }
}
