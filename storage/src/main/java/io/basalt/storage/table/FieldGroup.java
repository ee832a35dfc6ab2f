package io.basalt.storage.table;

import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;

/** Takes the fields of a group and says when one begins and ends. */
public final class FieldGroup extends GroupConverter {
  private final Runnable start;
  private final Runnable end;
  private final Converter[] fields;

  public FieldGroup(Runnable start, Runnable end, Converter... fields) {
    this.start = start;
    this.end = end;
    this.fields = fields;
  }

  /** A list of three levels; the element says by itself when it is whole. */
  public static FieldGroup list(Converter element) {
    return new FieldGroup(() -> {}, () -> {}, new FieldGroup(() -> {}, () -> {}, element));
  }

  @Override
  public Converter getConverter(int field) {
    return fields[field];
  }

  @Override
  public void start() {
    start.run();
  }

  @Override
  public void end() {
    end.run();
  }
}
