package io.basalt.storage.leaf;

import io.basalt.storage.run.RunFormat;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.table.TableFormat;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.util.Optional;

/** Encodes one leaf from states that come sorted by path. Belongs to one thread. */
final class LeafEncoder {
  private final Table<FileRow> files = new Table<>(LeafFormats.FILES);
  private final Table<ExtentRow> extents = new Table<>(LeafFormats.EXTENTS);
  private final Table<Event> parts = new Table<>(RunFormat.TABLE);
  private String minPath;
  private String maxPath;
  private long pathChars;
  private long bytes;

  void add(PathState state) throws IOException {
    if (state.file().isPresent()) {
      FileState file = state.file().get();
      files.add(
          new FileRow(
              file.path(), file.size(), file.modified(), file.version(), file.extents().size()));
      for (Extent extent : file.extents()) {
        extents.add(new ExtentRow(file.path(), extent));
      }
      bytes += file.size();
    }
    for (Event part : state.parts()) {
      parts.add(part);
    }
    minPath = minPath == null ? state.path() : minPath;
    maxPath = state.path();
    pathChars += state.path().length();
  }

  boolean isEmpty() {
    return minPath == null;
  }

  /** Whether it is as large as a leaf should get: small enough to be read whole for one path. */
  boolean isFull(LeafLimits limits) {
    return files.rows() >= limits.files()
        || extents.rows() + parts.rows() >= limits.extents()
        || pathChars >= limits.pathChars();
  }

  EncodedLeaf finish() throws IOException {
    return new EncodedLeaf(
        minPath, maxPath, bytes, files.finish(), extents.finish(), parts.finish());
  }

  /** A table that has a file only if it has rows. */
  private static final class Table<T> {
    private final TableFormat<T> format;
    private TableWriter<T> writer;

    private Table(TableFormat<T> format) {
      this.format = format;
    }

    private void add(T row) throws IOException {
      if (writer == null) {
        writer = new TableWriter<>(format);
      }
      writer.add(row);
    }

    private long rows() {
      return writer == null ? 0 : writer.rows();
    }

    private Optional<EncodedTable> finish() throws IOException {
      return writer == null ? Optional.empty() : Optional.of(writer.finish());
    }
  }
}
