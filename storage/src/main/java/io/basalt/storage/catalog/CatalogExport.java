package io.basalt.storage.catalog;

import io.basalt.storage.read.StoreReader;
import io.basalt.storage.table.TableFormat;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;

/**
 * Writes the files and extents of one root as two tables: what its leaves hold and what its runs
 * and tails say since, folded. A table is a directory of Parquet files that ascend by path, at
 * least one, each of a bounded number of rows and whole in memory while it is made. Belongs to one
 * thread.
 *
 * <p>The tables are written anew and no leaf is linked: a leaf knows neither tiers nor drives,
 * which change without it, and nothing of what happened since.
 */
public final class CatalogExport {
  private static final long ROWS_PER_FILE = 1 << 20;

  private final StoreReader reader;
  private final ExtentPlaces places;
  private final Sink sink;
  private final long rowsPerFile;

  /** Takes the files of a catalogue: a relative, slash-separated name and the remaining bytes. */
  @FunctionalInterface
  public interface Sink {
    void write(String name, ByteBuffer bytes) throws IOException;
  }

  /**
   * What was written.
   *
   * @param bytes sum of the files' sizes
   * @param storedBytes of the Parquet files
   */
  public record Summary(
      long root, long files, long bytes, long extents, int parquetFiles, long storedBytes) {}

  /**
   * @param reader of the root
   * @param places by a head that is not older
   */
  public CatalogExport(StoreReader reader, ExtentPlaces places, Sink sink) {
    this(reader, places, sink, ROWS_PER_FILE);
  }

  CatalogExport(StoreReader reader, ExtentPlaces places, Sink sink, long rowsPerFile) {
    this.reader = reader;
    this.places = places;
    this.sink = sink;
    this.rowsPerFile = rowsPerFile;
  }

  public Summary write() throws IOException {
    long bytes = 0;
    Parts<FileState> files = new Parts<>("files", CatalogFormats.FILES);
    Parts<CatalogExtent> extents = new Parts<>("extents", CatalogFormats.EXTENTS);
    for (Iterator<FileState> all = reader.files(PathRange.ALL); all.hasNext(); ) {
      FileState file = all.next();
      files.add(file);
      bytes += file.size();
      for (Extent extent : file.extents()) {
        extents.add(new CatalogExtent(file.path(), extent, places.of(extent)));
      }
    }
    files.end();
    extents.end();
    return new Summary(
        reader.root().number(),
        files.rows,
        bytes,
        extents.rows,
        files.count + extents.count,
        files.storedBytes + extents.storedBytes);
  }

  /** One table, cut into files. */
  private final class Parts<T> {
    private final String directory;
    private final TableFormat<T> format;
    private TableWriter<T> part;
    private int count;
    private long rows;
    private long storedBytes;

    private Parts(String directory, TableFormat<T> format) throws IOException {
      this.directory = directory;
      this.format = format;
      this.part = new TableWriter<>(format);
    }

    private void add(T row) throws IOException {
      if (part.rows() == rowsPerFile) {
        end();
        part = new TableWriter<>(format);
      }
      part.add(row);
      rows++;
    }

    private void end() throws IOException {
      ByteBuffer bytes = part.finishBytes();
      storedBytes += bytes.remaining();
      sink.write("%s/part-%05d.parquet".formatted(directory, count++), bytes);
    }
  }
}
