package io.basalt.storage.read;

import io.basalt.storage.read.ReadStep.Zeros;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Cuts a read of [from, to) of a file into steps of about {@code stepBytes}, in order. A shard is
 * read whole even where an extent takes a part of it, since its checksum covers all of it; shards
 * that stand side by side in a segment become one range. Pure.
 */
final class ReadPlan implements Iterator<ReadStep> {
  private final List<Extent> extents;
  private final int stepBytes;
  private final long to;
  private long at;
  private int next;

  ReadPlan(FileState file, long from, long to, int stepBytes) {
    if (from < 0 || from > to || to > file.size()) {
      throw new IllegalArgumentException(
          "range %d-%d of %s, which has %d bytes".formatted(from, to, file.path(), file.size()));
    }
    this.extents = file.extents();
    this.stepBytes = stepBytes;
    this.at = from;
    this.to = to;
    this.next = firstEndingAfter(extents, from);
  }

  @Override
  public boolean hasNext() {
    return at < to;
  }

  @Override
  public ReadStep next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long start = at;
    List<Extent> taken = new ArrayList<>();
    long bytes = 0;
    while (next < extents.size() && extents.get(next).start() < to) {
      Extent extent = extents.get(next);
      if (!taken.isEmpty() && bytes + extent.shard().length() > stepBytes) {
        break;
      }
      taken.add(extent.slice(at, to));
      bytes += extent.shard().length();
      at = Math.min(to, extent.end());
      next++;
    }
    if (next >= extents.size() || extents.get(next).start() >= to) {
      at = to;
    }
    return ReadStep.of(taken, gaps(taken, start, at));
  }

  /** What the file has between from and to, cut to that. */
  static List<Extent> extents(FileState file, long from, long to) {
    List<Extent> extents = new ArrayList<>();
    for (int i = firstEndingAfter(file.extents(), from);
        from < to && i < file.extents().size() && file.extents().get(i).start() < to;
        i++) {
      extents.add(file.extents().get(i).slice(from, to));
    }
    return extents;
  }

  /** What of [start, end) these extents, which ascend, leave out. */
  static List<Zeros> gaps(List<Extent> extents, long start, long end) {
    List<Zeros> gaps = new ArrayList<>();
    long done = start;
    for (Extent extent : extents) {
      if (extent.start() > done) {
        gaps.add(new Zeros(done, extent.start() - done));
      }
      done = extent.end();
    }
    if (end > done) {
      gaps.add(new Zeros(done, end - done));
    }
    return gaps;
  }

  private static int firstEndingAfter(List<Extent> extents, long from) {
    int low = 0;
    int high = extents.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (extents.get(middle).end() > from) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
