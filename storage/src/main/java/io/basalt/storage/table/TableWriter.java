package io.basalt.storage.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Encodes one table in memory. Rows come sorted; {@link #finish} ends it. Pages are small, so that
 * looking up one path decodes few rows: the page index leads there. Belongs to one thread.
 */
public final class TableWriter<T> implements AutoCloseable {
  private static final int ROWS_PER_PAGE = 1024;
  private static final int PAGE_BYTES = 64 << 10;
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private final MemoryOutputFile file = new MemoryOutputFile();
  private final TableFormat<T> format;
  private final ParquetWriter<T> writer;
  private T first;
  private T last;
  private long rows;

  public TableWriter(TableFormat<T> format) throws IOException {
    this.format = format;
    this.writer = new Builder<>(file, format).build();
  }

  /** Encodes these rows as one table. */
  public static <T> EncodedTable encode(TableFormat<T> format, Iterable<T> sorted)
      throws IOException {
    try (TableWriter<T> writer = new TableWriter<>(format)) {
      for (T row : sorted) {
        writer.add(row);
      }
      return writer.finish();
    }
  }

  /**
   * Adds the next row.
   *
   * @throws IllegalStateException if it does not stand after the last one
   */
  public void add(T row) throws IOException {
    if (last != null && format.order().compare(last, row) >= 0) {
      throw new IllegalStateException(
          "rows of a %s ascend: %s after %s".formatted(format.kind(), row, last));
    }
    if (first == null) {
      first = row;
    }
    writer.write(row);
    last = row;
    rows++;
  }

  public long rows() {
    return rows;
  }

  /** Ends the table, which must not be empty. */
  public EncodedTable finish() throws IOException {
    if (rows == 0) {
      throw new IllegalStateException("a " + format.kind() + " has at least one row");
    }
    return new EncodedTable(
        finishBytes(), rows, format.path().apply(first), format.path().apply(last));
  }

  /** Ends the table, which may be empty, for a reader that is not told what stands in it. */
  public ByteBuffer finishBytes() throws IOException {
    writer.close();
    return file.toByteBuffer();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
    private final TableFormat<T> format;

    private Builder(MemoryOutputFile file, TableFormat<T> format) {
      super(file);
      this.format = format;
      withConf(new PlainParquetConfiguration());
      withCodecFactory(new ZstdCodecs());
      withCompressionCodec(CompressionCodecName.ZSTD);
      withWriterVersion(WriterVersion.PARQUET_2_0);
      withRowGroupSize(ROW_GROUP_BYTES);
      withPageSize(PAGE_BYTES);
      withPageRowCountLimit(ROWS_PER_PAGE);
      // Sorted paths share prefixes, which delta encoding stores once; a dictionary would hold them
      // all.
      withDictionaryEncoding(format.pathColumn(), false);
    }

    @Override
    protected Builder<T> self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in Parquet, which calls the other one
    protected WriteSupport<T> getWriteSupport(Configuration configuration) {
      return new RowWriteSupport<>(format);
    }

    @Override
    protected WriteSupport<T> getWriteSupport(ParquetConfiguration configuration) {
      return new RowWriteSupport<>(format);
    }
  }
}
