package io.basalt.storage.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.api.Binary;

/** Tables parts of which were overwritten, which proves who reads them. */
public final class SpoiledTable {
  private SpoiledTable() {}

  /** A copy without readable pages; footer, page index and filters stay. */
  public static ByteBuffer withoutPages(ByteBuffer table) throws IOException {
    return withoutPages(table, column -> true);
  }

  /** A copy without readable pages of some columns, which are given as paths in the schema. */
  public static ByteBuffer withoutPages(ByteBuffer table, Predicate<List<String>> columns)
      throws IOException {
    byte[] copy = bytes(table);
    for (ColumnChunkMetaData column : columns(table)) {
      if (columns.test(List.of(column.getPath().toArray()))) {
        int start = Math.toIntExact(column.getStartingPos());
        Arrays.fill(copy, start, start + Math.toIntExact(column.getTotalSize()), (byte) 0x5a);
      }
    }
    return ByteBuffer.wrap(copy);
  }

  /** A copy whose filters deny everything. */
  public static ByteBuffer withEmptyFilters(ByteBuffer table) throws IOException {
    return withFilters(table, List.of());
  }

  /** A copy whose filters let pass these values, and of others hardly one. */
  public static ByteBuffer withFilters(ByteBuffer table, List<String> values) throws IOException {
    byte[] copy = bytes(table);
    for (ColumnChunkMetaData column : columns(table)) {
      if (column.getBloomFilterOffset() >= 0) {
        int end = Math.toIntExact(column.getBloomFilterOffset() + column.getBloomFilterLength());
        // The header takes less than a block, which is the least that a filter has.
        int length = column.getBloomFilterLength() / 32 * 32;
        BlockSplitBloomFilter filter = new BlockSplitBloomFilter(length);
        values.forEach(value -> filter.insertHash(filter.hash(Binary.fromString(value))));
        ByteArrayOutputStream bits = new ByteArrayOutputStream();
        filter.writeTo(bits);
        System.arraycopy(bits.toByteArray(), 0, copy, end - length, length);
      }
    }
    return ByteBuffer.wrap(copy);
  }

  static List<BlockMetaData> rowGroups(ByteBuffer table) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new MemoryInputFile("t", table.slice()), options)) {
      return reader.getRowGroups();
    }
  }

  private static List<ColumnChunkMetaData> columns(ByteBuffer table) throws IOException {
    return rowGroups(table).stream().flatMap(group -> group.getColumns().stream()).toList();
  }

  private static byte[] bytes(ByteBuffer table) {
    byte[] bytes = new byte[table.remaining()];
    table.duplicate().get(bytes);
    return bytes;
  }
}
