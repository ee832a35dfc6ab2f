package io.basalt.storage.table;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes rows of one format straight into columns. */
final class RowWriteSupport<T> extends WriteSupport<T> {
  private final TableFormat<T> format;
  private RecordConsumer out;

  RowWriteSupport(TableFormat<T> format) {
    this.format = format;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in Parquet, which calls the other one
  public WriteContext init(Configuration configuration) {
    return context();
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return context();
  }

  private WriteContext context() {
    Map<String, String> footer = new HashMap<>();
    footer.put(format.versionKey(), Integer.toString(format.version()));
    format.avroSchema().ifPresent(schema -> footer.put(TableFormat.AVRO_KEY, schema));
    return new WriteContext(format.columns(), footer);
  }

  @Override
  public void prepareForWrite(RecordConsumer consumer) {
    out = consumer;
  }

  @Override
  public void write(T row) {
    out.startMessage();
    format.writer().write(row, new RowFields(out, format.columns()));
    out.endMessage();
  }
}
