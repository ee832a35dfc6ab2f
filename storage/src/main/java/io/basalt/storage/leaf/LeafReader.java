package io.basalt.storage.leaf;

import io.basalt.storage.root.FileRef;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.table.PathFilter;
import io.basalt.storage.table.TableReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.ListedState;
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
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads one leaf. A table is fetched when it is first needed, and kept. Safe for several threads;
 * each iterator belongs to one.
 */
public final class LeafReader {
  private final LeafRef leaf;
  private final Table<TableReader<FileRow>> files;
  private final Table<TableReader<ExtentRow>> extents;
  private final Table<RunReader> parts;

  /** Where the bytes of tables come from. */
  @FunctionalInterface
  public interface Tables {
    /** The bytes of a table, which were verified and must not change. */
    ByteBuffer read(FileRef table) throws IOException;
  }

  public LeafReader(LeafRef leaf, Tables tables) {
    this.leaf = leaf;
    this.files =
        new Table<>(
            leaf.fileTable(),
            file -> new TableReader<>(LeafFormats.FILES, file.name(), tables.read(file)));
    this.extents =
        new Table<>(
            leaf.extentTable(),
            file -> new TableReader<>(LeafFormats.EXTENTS, file.name(), tables.read(file)));
    this.parts =
        new Table<>(leaf.partTable(), file -> new RunReader(file.name(), tables.read(file)));
  }

  long storedBytes() {
    return leaf.storedBytes();
  }

  /** States of these paths, in order. The iterator throws {@link UncheckedIOException}. */
  public Iterator<PathState> states(PathRange paths) throws IOException {
    Iterator<FileRow> found = files.rows(table -> table.rows(paths));
    // Of no file there is nothing to fetch, which is most of what a lookup in vain would cost.
    Ahead<ExtentRow> ofFiles =
        new Ahead<>(
            found.hasNext()
                ? extents.rows(table -> table.rows(paths))
                : Collections.emptyIterator());
    return new Joined<>(
        found,
        parts.rows(table -> table.events(paths)),
        (path, row, pending) -> new PathState(path, row.map(f -> file(f, ofFiles)), pending));
  }

  /** Begins to ask the Bloom filters of all tables for what the leaf holds. */
  public FilterProof filterProof() throws IOException {
    return new FilterProof(
        files.filter(TableReader::filter).proof(),
        extents.filter(TableReader::filter).proof(),
        parts.filter(RunReader::filter).proof());
  }

  /**
   * Asks for the states of a leaf, in order: lookups and listings believe what a filter denies.
   * Belongs to one thread.
   */
  public record FilterProof(
      PathFilter.Proof files, PathFilter.Proof extents, PathFilter.Proof parts) {
    /** The path of a state, or a directory above it, that a table holds and its filter denies. */
    public Optional<String> denied(PathState state) {
      String path = state.path();
      boolean hasExtents = state.file().map(file -> !file.extents().isEmpty()).orElse(false);
      Optional<String> denied = state.file().flatMap(file -> files.denied(path));
      if (hasExtents) {
        denied = denied.or(() -> extents.denied(path));
      }
      if (!state.parts().isEmpty()) {
        denied = denied.or(() -> parts.denied(path));
      }
      return denied;
    }
  }

  /** What a listing shows of these paths, in order; the table of extents is not touched. */
  Iterator<ListedState> listed(PathRange paths) throws IOException {
    return new Joined<>(
        files.rows(table -> table.rows(paths)),
        parts.rows(table -> table.sizes(paths)),
        (path, row, pending) -> new ListedState(path, row.map(LeafReader::listed), pending));
  }

  private static ListedFile listed(FileRow row) {
    return new ListedFile(row.path(), row.size(), row.modified(), row.version());
  }

  private FileState file(FileRow row, Ahead<ExtentRow> extents) {
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

  /** A table that has a file only if it has rows. */
  private static final class Table<R> {
    private final Optional<FileRef> file;
    private final Opening<R> opening;
    private volatile R reader;

    /** Fetches the table of a file. */
    @FunctionalInterface
    private interface Opening<R> {
      R open(FileRef file) throws IOException;
    }

    /** Some rows of a table. */
    @FunctionalInterface
    private interface Reading<R, T> {
      Iterator<T> from(R reader) throws IOException;
    }

    /** The Bloom filters of a table. */
    @FunctionalInterface
    private interface Filtering<R> {
      PathFilter of(R reader) throws IOException;
    }

    private Table(Optional<FileRef> file, Opening<R> opening) {
      this.file = file;
      this.opening = opening;
    }

    private <T> Iterator<T> rows(Reading<R, T> reading) throws IOException {
      return file.isEmpty() ? Collections.emptyIterator() : reading.from(opened());
    }

    private PathFilter filter(Filtering<R> filtering) throws IOException {
      return file.isEmpty() ? PathFilter.NONE : filtering.of(opened());
    }

    private R opened() throws IOException {
      R opened = reader;
      if (opened == null) {
        // Two threads may fetch it at once, which harms nothing.
        opened = opening.open(file.orElseThrow());
        reader = opened;
      }
      return opened;
    }
  }

  /** Joins files and pending parts by path. */
  private static final class Joined<S> implements Iterator<S> {
    private final Ahead<FileRow> files;
    private final Ahead<Event> parts;
    private final Making<S> making;

    /** Makes the state of a path. */
    @FunctionalInterface
    private interface Making<S> {
      S of(String path, Optional<FileRow> file, List<Event> parts);
    }

    private Joined(Iterator<FileRow> files, Iterator<Event> parts, Making<S> making) {
      this.files = new Ahead<>(files);
      this.parts = new Ahead<>(parts);
      this.making = making;
    }

    @Override
    public boolean hasNext() {
      return files.next != null || parts.next != null;
    }

    @Override
    public S next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String path = nextPath();
      Optional<FileRow> file =
          files.next != null && files.next.path().equals(path)
              ? Optional.of(files.take())
              : Optional.empty();
      List<Event> pending = new ArrayList<>();
      while (parts.next != null && parts.next.path().equals(path)) {
        pending.add(parts.take());
      }
      return making.of(path, file, pending);
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
