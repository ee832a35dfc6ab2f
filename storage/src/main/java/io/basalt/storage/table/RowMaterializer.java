package io.basalt.storage.table;

import java.util.function.Supplier;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;

/** Builds a row once all its fields have been taken. */
public final class RowMaterializer<T> extends RecordMaterializer<T> {
  private final FieldGroup fields;
  private T current;

  /**
   * @param start is told that a row begins
   * @param row the row that its columns hold now
   */
  public RowMaterializer(Runnable start, Supplier<T> row, Converter... columns) {
    fields = new FieldGroup(start, () -> current = row.get(), columns);
  }

  @Override
  public T getCurrentRecord() {
    return current;
  }

  @Override
  public GroupConverter getRootConverter() {
    return fields;
  }
}
