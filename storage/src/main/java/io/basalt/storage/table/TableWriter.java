package io.basalt.storage.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Encodes one table in memory. Rows come sorted; {@link #finish} ends it. Pages are small, so that
 * looking up one path decodes few rows: the page index leads there, and a Bloom filter spares most
 * paths that the table does not have even these. Belongs to one thread.
 */
public final class TableWriter<T> {
  private static final int ROWS_PER_PAGE = 1024;
  private static final int PAGE_BYTES = 64 << 10;
  private static final long ROW_GROUP_BYTES = 32L << 20;

  /** Rows after which the size of a row group is looked at again. */
  private static final int ROWS_PER_LOOK = 1024;

  /** Paths and directories after which a row group ends too: their hashes are in memory. */
  private static final int MOST_HASHES = 1 << 20;

  private final MemoryOutputFile file = new MemoryOutputFile();
  private final TableFormat<T> format;
  private final long rowGroupBytes;
  private final ParquetProperties properties;
  private final ParquetFileWriter writer;
  private ColumnChunkPageWriteStore pages;
  private ColumnWriteStore columns;
  private RowFields fields;
  private PathHashes paths;
  private int rowsInGroup;
  private int rowGroups;
  private T first;
  private T last;
  private long rows;

  public TableWriter(TableFormat<T> format) throws IOException {
    this(format, ROW_GROUP_BYTES);
  }

  TableWriter(TableFormat<T> format, long rowGroupBytes) throws IOException {
    this.format = format;
    this.rowGroupBytes = rowGroupBytes;
    this.properties = properties(format);
    this.writer =
        new ParquetFileWriter(
            file,
            format.columns(),
            ParquetFileWriter.Mode.CREATE,
            rowGroupBytes,
            ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
            null,
            properties);
    writer.start();
    startRowGroup();
  }

  /**
   * Numbers and sorted paths are stored as differences: a dictionary of them takes longer to make
   * than it saves, and paths share prefixes that delta encoding stores once. Texts that are no
   * paths name things, which nobody asks for by range, so they have no statistics.
   */
  private static ParquetProperties properties(TableFormat<?> format) {
    ParquetProperties.Builder properties =
        ParquetProperties.builder()
            .withWriterVersion(WriterVersion.PARQUET_2_0)
            .withPageSize(PAGE_BYTES)
            .withPageRowCountLimit(ROWS_PER_PAGE)
            .withSizeStatisticsEnabled(false)
            .withAllocator(HeapByteBufferAllocator.getInstance());
    for (ColumnDescriptor column : format.columns().getColumns()) {
      String name = String.join(".", column.getPath());
      boolean path = name.equals(format.pathColumn());
      boolean text = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
      properties.withDictionaryEncoding(name, text && !path);
      properties.withStatisticsEnabled(name, path || !text);
    }
    return properties.build();
  }

  /** Encodes these rows as one table. */
  public static <T> EncodedTable encode(TableFormat<T> format, Iterable<T> sorted)
      throws IOException {
    TableWriter<T> writer = new TableWriter<>(format);
    for (T row : sorted) {
      writer.add(row);
    }
    return writer.finish();
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
    fields.startRow();
    format.writer().write(row, fields);
    columns.endRecord();
    paths.add(fields.path());
    last = row;
    rows++;
    rowsInGroup++;
    if (rowsInGroup % ROWS_PER_LOOK == 0
        && (columns.getBufferedSize() >= rowGroupBytes || paths.count() >= MOST_HASHES)) {
      endRowGroup();
      startRowGroup();
    }
  }

  private void startRowGroup() {
    pages =
        ColumnChunkPageWriteStore.builder()
            .withCompressorProvider(column -> ZstdCodecs.COMPRESSOR)
            .withSchema(format.columns())
            .withAllocator(properties.getAllocator())
            .withColumnIndexTruncateLength(properties.getColumnIndexTruncateLength())
            .withPageWriteChecksumEnabled(properties.getPageWriteChecksumEnabled())
            .withRowGroupOrdinal(rowGroups++)
            .build();
    columns = properties.newColumnWriteStore(format.columns(), pages);
    fields = new RowFields(columns, format.columns());
    paths = new PathHashes();
    rowsInGroup = 0;
  }

  private void endRowGroup() throws IOException {
    if (rowsInGroup > 0) {
      writer.startBlock(rowsInGroup);
      columns.flush();
      pages.flushToFileWriter(writer);
      writer.addBloomFilter(format.pathColumn(), paths.filter());
      writer.endBlock();
    }
    columns.close();
    pages.close();
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
    endRowGroup();
    Map<String, String> footer = new HashMap<>();
    footer.put(format.versionKey(), Integer.toString(format.version()));
    format.avroSchema().ifPresent(schema -> footer.put(TableFormat.AVRO_KEY, schema));
    writer.end(footer);
    writer.close();
    return file.toByteBuffer();
  }
}
