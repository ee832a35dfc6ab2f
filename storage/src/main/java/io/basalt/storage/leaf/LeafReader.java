package io.basalt.storage.leaf;

import io.basalt.storage.run.RunFormat;
import io.basalt.storage.table.TableFormat;
import io.basalt.storage.table.TableReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads one leaf, whose tables were verified before. Safe for several threads; each iterator
 * belongs to one.
 */
public final class LeafReader {
  private final LeafRef leaf;
  private final Optional<TableReader<FileRow>> files;
  private final Optional<TableReader<ExtentRow>> extents;
  private final Optional<TableReader<Event>> parts;

  /**
   * @param tables bytes of the leaf's tables by file name; they must not change
   */
  public LeafReader(LeafRef leaf, Map<String, ByteBuffer> tables) {
    this.leaf = leaf;
    this.files = leaf.fileTable().map(f -> reader(LeafFormats.FILES, f.name(), tables));
    this.extents = leaf.extentTable().map(f -> reader(LeafFormats.EXTENTS, f.name(), tables));
    this.parts = leaf.partTable().map(f -> reader(RunFormat.TABLE, f.name(), tables));
  }

  private static <T> TableReader<T> reader(
      TableFormat<T> format, String name, Map<String, ByteBuffer> tables) {
    return new TableReader<>(format, name, tables.get(name));
  }

  long storedBytes() {
    return leaf.storedBytes();
  }

  /** States of these paths, in order. The iterator throws {@link UncheckedIOException}. */
  public Iterator<PathState> states(PathRange paths) throws IOException {
    return new States(rows(files, paths), rows(extents, paths), rows(parts, paths));
  }

  private static <T> Ahead<T> rows(Optional<TableReader<T>> table, PathRange paths)
      throws IOException {
    return new Ahead<>(table.isPresent() ? table.get().rows(paths) : Collections.emptyIterator());
  }

  /** Joins the three tables by path. */
  private final class States implements Iterator<PathState> {
    private final Ahead<FileRow> files;
    private final Ahead<ExtentRow> extents;
    private final Ahead<Event> parts;

    private States(Ahead<FileRow> files, Ahead<ExtentRow> extents, Ahead<Event> parts) {
      this.files = files;
      this.extents = extents;
      this.parts = parts;
    }

    @Override
    public boolean hasNext() {
      return files.next != null || parts.next != null;
    }

    @Override
    public PathState next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String path = nextPath();
      Optional<FileState> file =
          files.next != null && files.next.path().equals(path)
              ? Optional.of(file(files.take()))
              : Optional.empty();
      List<Event> pending = new ArrayList<>();
      while (parts.next != null && parts.next.path().equals(path)) {
        pending.add(parts.take());
      }
      return new PathState(path, file, pending);
    }

    private String nextPath() {
      if (files.next == null) {
        return parts.next.path();
      }
      String path = files.next.path();
      return parts.next != null && PathOrder.INSTANCE.compare(parts.next.path(), path) < 0
          ? parts.next.path()
          : path;
    }

    private FileState file(FileRow row) {
      List<Extent> found = new ArrayList<>(row.extents());
      while (extents.next != null && extents.next.path().equals(row.path())) {
        found.add(extents.take().extent());
      }
      if (found.size() != row.extents()) {
        throw new UncheckedIOException(
            new IOException(
                "the leaf from %s on has %d extents of %s, not %d"
                    .formatted(leaf.minPath(), found.size(), row.path(), row.extents())));
      }
      return new FileState(row.path(), row.size(), row.modified(), row.version(), found);
    }
  }

  /** Rows with the next one in sight. */
  private static final class Ahead<T> {
    private final Iterator<T> rows;
    private T next;

    private Ahead(Iterator<T> rows) {
      this.rows = rows;
      take();
    }

    private T take() {
      T taken = next;
      next = rows.hasNext() ? rows.next() : null;
      return taken;
    }
  }
}
