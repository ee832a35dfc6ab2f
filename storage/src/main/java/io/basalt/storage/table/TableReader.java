package io.basalt.storage.table;

import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.Operators.BinaryColumn;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;

/**
 * Reads one table, whose bytes were verified before. Row groups and pages that cannot hold a wanted
 * path are left out by their statistics, and a table by its Bloom filters. Safe for several
 * threads; each iterator belongs to one.
 */
public final class TableReader<T> {
  private static final int ROWS_AT_ONCE = 128;

  private final TableFormat<T> format;
  private final String name;
  private final MemoryInputFile file;
  private volatile ParquetMetadata footer;
  private volatile PathFilter filter;

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
    return rows(paths, format.columns(), format.rowColumns().get(), row -> true);
  }

  /**
   * Some columns of the rows of these paths, in order; the others are not decoded.
   *
   * @param schema the columns as they stand in the format, without some, but with the path
   * @param columns builds a row of them
   * @param wanted tells which rows are not left out; asked while they are in the processor's cache
   */
  public <P> Iterator<P> rows(
      PathRange paths, MessageType schema, RowColumns<P> columns, Predicate<P> wanted)
      throws IOException {
    if (paths.equals(PathRange.ALL)) {
      return new Rows<>(open(options().build(), schema), schema, columns, path -> 0, wanted);
    }
    if (PathFilter.knows(paths) && !filter().mayHold(paths)) {
      return Collections.emptyIterator();
    }
    ParquetReadOptions options =
        options().withRecordFilter(FilterCompat.get(predicate(paths))).build();
    return new Rows<>(open(options, schema), schema, columns, paths::compare, wanted);
  }

  /** What the Bloom filters of the paths say; the rows are not touched. */
  public PathFilter filter() throws IOException {
    PathFilter read = filter;
    if (read == null) {
      read = readFilter();
      filter = read;
    }
    return read;
  }

  private PathFilter readFilter() throws IOException {
    List<BloomFilter> rowGroups = new ArrayList<>();
    try (ParquetFileReader reader = open(options().build(), format.columns())) {
      for (BlockMetaData rowGroup : reader.getRowGroups()) {
        BloomFilter found = reader.readBloomFilter(rowGroup.getColumns().get(0));
        if (found == null) {
          return PathFilter.NONE;
        }
        rowGroups.add(found);
      }
    }
    return new PathFilter(rowGroups);
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

  private ParquetFileReader open(ParquetReadOptions options, MessageType schema)
      throws IOException {
    SeekableInputStream stream = file.newStream();
    ParquetFileReader reader =
        ParquetFileReader.open(file, footer(options, stream), options, stream);
    reader.setRequestedSchema(schema);
    return reader;
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
    /**
     * Null once the pages of the last row group are taken out: a merge goes round many tables, and
     * what it does not want of them need not stay in memory. It holds nothing that is to be closed.
     */
    private ParquetFileReader reader;

    private int rowGroupsLeft;
    private final MessageType schema;
    private final RowColumns<R> columns;
    private final ToIntFunction<String> order;
    private final Predicate<R> wanted;
    private final List<R> decoded = new ArrayList<>();
    private RowCursor<R> rows;
    private long left;
    private boolean ended;
    private int next;

    /**
     * @param order negative for a path before the wanted ones, positive for one after them
     */
    private Rows(
        ParquetFileReader reader,
        MessageType schema,
        RowColumns<R> columns,
        ToIntFunction<String> order,
        Predicate<R> wanted) {
      this.reader = reader;
      this.rowGroupsLeft = reader.getRowGroups().size();
      this.schema = schema;
      this.columns = columns;
      this.order = order;
      this.wanted = wanted;
    }

    @Override
    public boolean hasNext() {
      if (next == decoded.size()) {
        decode();
      }
      return next < decoded.size();
    }

    @Override
    public R next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return decoded.get(next++);
    }

    /**
     * Some rows at once: a merge goes round many tables, and the state of all their columns is more
     * than a processor's cache holds, the rows that they come to are not.
     */
    private void decode() {
      decoded.clear();
      next = 0;
      while (decoded.isEmpty() && !ended && (left > 0 || nextRowGroup())) {
        long count = Math.min(left, ROWS_AT_ONCE);
        for (long i = 0; i < count && !ended; i++) {
          int place = order.applyAsInt(rows.next());
          ended = place > 0;
          if (place == 0) {
            R row = rows.row();
            if (wanted.test(row)) {
              decoded.add(row);
            }
          }
        }
        left -= count;
      }
    }

    private boolean nextRowGroup() {
      if (reader == null) {
        return false;
      }
      try {
        // It passes over row groups without a wanted row.
        PageReadStore pages = reader.readNextFilteredRowGroup();
        if (pages != null) {
          String createdBy = reader.getFileMetaData().getCreatedBy();
          rows = new RowCursor<>(pages, schema, createdBy, columns);
          left = pages.getRowCount();
          rowGroupsLeft--;
        }
        if (pages == null || rowGroupsLeft == 0) {
          reader = null;
        }
        return pages != null && (left > 0 || nextRowGroup());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
