package io.basalt.storage.table;

import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.Operators.BinaryColumn;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Binary;

/**
 * Reads one table, whose bytes were verified before. Row groups and pages that cannot hold a wanted
 * path are left out by their statistics. Safe for several threads; each iterator belongs to one.
 */
public final class TableReader<T> {
  private final TableFormat<T> format;
  private final String name;
  private final MemoryInputFile file;
  private volatile ParquetMetadata footer;

  /** A reader of the table {@code name}, which must not change the bytes up to the limit. */
  public TableReader(TableFormat<T> format, String name, ByteBuffer bytes) {
    this.format = format;
    this.name = name;
    this.file = new MemoryInputFile(name, bytes.slice());
  }

  /**
   * Rows of these paths, in order. The iterator throws {@link UncheckedIOException}.
   *
   * @throws UnsupportedFormatException if a newer program wrote the table
   */
  public Iterator<T> rows(PathRange paths) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .withRecordFilter(FilterCompat.get(predicate(paths)))
            .useStatsFilter(true)
            .useColumnIndexFilter(true)
            .useDictionaryFilter(false)
            .useBloomFilter(false)
            .usePageChecksumVerification(false)
            .build();
    SeekableInputStream stream = file.newStream();
    return new Rows(ParquetFileReader.open(file, footer(options, stream), options, stream), paths);
  }

  /** Parsed once: a lookup reads a page or two, and the footer describes them all. */
  private ParquetMetadata footer(ParquetReadOptions options, SeekableInputStream stream)
      throws IOException {
    ParquetMetadata read = footer;
    if (read == null) {
      read = ParquetFileReader.readFooter(file, options, stream);
      checkVersion(read);
      footer = read;
    }
    return read;
  }

  private void checkVersion(ParquetMetadata read) throws IOException {
    String version = read.getFileMetaData().getKeyValueMetaData().get(format.versionKey());
    if (version == null) {
      throw new IOException(
          "%s is a Parquet file but not a %s: it has no format version"
              .formatted(name, format.kind()));
    }
    int found = Integer.parseInt(version);
    if (found > format.version()) {
      throw new UnsupportedFormatException(name, format.version(), found);
    }
  }

  private FilterPredicate predicate(PathRange paths) {
    BinaryColumn path = FilterApi.binaryColumn(format.pathColumn());
    Binary first = Binary.fromConstantByteArray(paths.firstBytes());
    if (paths.kind() == PathRange.Kind.EXACT) {
      return FilterApi.eq(path, first);
    }
    FilterPredicate from = FilterApi.gtEq(path, first);
    Optional<byte[]> end = paths.endBytes();
    return end.isPresent()
        ? FilterApi.and(from, FilterApi.lt(path, Binary.fromConstantByteArray(end.get())))
        : from;
  }

  private final class Rows implements Iterator<T> {
    private final ParquetFileReader reader;
    private final PathRange paths;
    private final MessageColumnIO columns = new ColumnIOFactory().getColumnIO(format.columns());
    private RecordReader<T> rows;
    private long left;
    private T next;

    private Rows(ParquetFileReader reader, PathRange paths) {
      this.reader = reader;
      this.paths = paths;
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public T next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      T row = next;
      advance();
      return row;
    }

    private void advance() {
      next = null;
      while (left > 0 || nextRowGroup()) {
        T row = rows.read();
        left--;
        int order = paths.compare(format.path().apply(row));
        if (order > 0) {
          left = 0;
          return;
        }
        if (order == 0) {
          next = row;
          return;
        }
      }
    }

    private boolean nextRowGroup() {
      try {
        PageReadStore pages = reader.readNextFilteredRowGroup();
        if (pages == null) {
          reader.close();
          return false;
        }
        rows = columns.getRecordReader(pages, format.materializer().get());
        left = pages.getRowCount();
        return left > 0 || nextRowGroup();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
