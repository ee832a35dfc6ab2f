package io.basalt.storage.table;

import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.ToIntFunction;
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
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;

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
        options().withRecordFilter(FilterCompat.get(predicate(paths))).build();
    return new Rows<>(
        open(options),
        format.columns(),
        format.materializer().get(),
        row -> paths.compare(format.path().apply(row)));
  }

  /**
   * Some columns of all rows, in order; the others are not decoded.
   *
   * @param columns as they stand in the format, without some
   */
  public <P> Iterator<P> project(MessageType columns, RecordMaterializer<P> materializer)
      throws IOException {
    ParquetFileReader reader = open(options().build());
    reader.setRequestedSchema(columns);
    return new Rows<>(reader, columns, materializer, row -> 0);
  }

  private static ParquetReadOptions.Builder options() {
    return ParquetReadOptions.builder(new PlainParquetConfiguration())
        .withCodecFactory(new ZstdCodecs())
        .useStatsFilter(true)
        .useColumnIndexFilter(true)
        .useDictionaryFilter(false)
        .useBloomFilter(false)
        .usePageChecksumVerification(false);
  }

  private ParquetFileReader open(ParquetReadOptions options) throws IOException {
    SeekableInputStream stream = file.newStream();
    return ParquetFileReader.open(file, footer(options, stream), options, stream);
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

  private static final class Rows<R> implements Iterator<R> {
    private final ParquetFileReader reader;
    private final MessageColumnIO columns;
    private final RecordMaterializer<R> materializer;
    private final ToIntFunction<R> order;
    private RecordReader<R> rows;
    private long left;
    private R next;

    /**
     * @param order negative for a row before the wanted ones, positive for one after them
     */
    private Rows(
        ParquetFileReader reader,
        MessageType columns,
        RecordMaterializer<R> materializer,
        ToIntFunction<R> order) {
      this.reader = reader;
      this.columns = new ColumnIOFactory().getColumnIO(columns);
      this.materializer = materializer;
      this.order = order;
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public R next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      R row = next;
      advance();
      return row;
    }

    private void advance() {
      next = null;
      while (left > 0 || nextRowGroup()) {
        R row = rows.read();
        left--;
        int place = order.applyAsInt(row);
        if (place > 0) {
          left = 0;
          return;
        }
        if (place == 0) {
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
        rows = columns.getRecordReader(pages, materializer);
        left = pages.getRowCount();
        return left > 0 || nextRowGroup();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
