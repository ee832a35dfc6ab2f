package io.basalt.storage.table;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.Type;

/** How a row is made: each part takes its values, then the row is built. One per iteration. */
public final class RowColumns<T> {
  private final List<RowPart> parts;
  private final Supplier<T> row;

  /**
   * @param row the row that the parts hold now
   * @param parts one for each field of the columns that are read, in their order; the first is the
   *     path
   */
  public RowColumns(Supplier<T> row, RowPart... parts) {
    this.row = row;
    this.parts = List.of(parts);
  }

  List<RowPart> parts() {
    return parts;
  }

  T row() {
    return row.get();
  }

  /** The columns as Parquet asks for them: by their place in the schema. */
  GroupConverter converters(Type schema) {
    List<PrimitiveConverter> columns = new ArrayList<>();
    parts.forEach(part -> columns(part).forEach(columns::add));
    return converter(schema, columns.iterator()).asGroupConverter();
  }

  private static Stream<PrimitiveConverter> columns(RowPart part) {
    if (part instanceof ListColumns list) {
      return list.columns().stream();
    }
    return Stream.of((PrimitiveConverter) part);
  }

  private static Converter converter(Type type, Iterator<PrimitiveConverter> columns) {
    if (type.isPrimitive()) {
      return columns.next();
    }
    List<Converter> fields =
        type.asGroupType().getFields().stream().map(field -> converter(field, columns)).toList();
    return new Group(fields);
  }

  /** Only leads to the columns: {@link RowCursor} knows where groups begin and end. */
  private static final class Group extends GroupConverter {
    private final List<Converter> fields;

    private Group(List<Converter> fields) {
      this.fields = fields;
    }

    @Override
    public Converter getConverter(int field) {
      return fields.get(field);
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
