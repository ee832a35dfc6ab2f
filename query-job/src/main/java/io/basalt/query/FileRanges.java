package io.basalt.query;

import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Cuts a file into ranges, each with its own extents only, so that a message stays small. Pure. */
final class FileRanges {
  private FileRanges() {}

  /** Ranges of at most this many bytes, in order; one empty range if the file is empty. */
  static Stream<FileRange> of(long number, FileState file, long rangeBytes) {
    long count = Math.max(1, (file.size() + rangeBytes - 1) / rangeBytes);
    Cutter cutter = new Cutter(number, file);
    return Stream.iterate(0L, i -> i < count, i -> i + 1)
        .map(i -> cutter.cut(i * rangeBytes, Math.min(file.size(), (i + 1) * rangeBytes)));
  }

  /** Goes through the extents once, as ranges ascend. */
  private static final class Cutter {
    private final long number;
    private final FileState file;
    private int first;

    private Cutter(long number, FileState file) {
      this.number = number;
      this.file = file;
    }

    private FileRange cut(long from, long to) {
      List<Extent> all = file.extents();
      while (first < all.size() && all.get(first).end() <= from) {
        first++;
      }
      List<Extent> taken = new ArrayList<>();
      for (int i = first; i < all.size() && all.get(i).start() < to; i++) {
        taken.add(all.get(i).slice(from, to));
      }
      FileState part =
          new FileState(file.path(), file.size(), file.modified(), file.version(), taken);
      return new FileRange(number, part, from, to);
    }
  }
}
