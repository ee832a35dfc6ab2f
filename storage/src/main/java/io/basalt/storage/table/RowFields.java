package io.basalt.storage.table;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * The fields of the row that is being written, put in the order of the columns, straight into
 * these: rows have required and optional fields and lists of three levels, and nothing else.
 */
public final class RowFields {
  private final ColumnWriter[] columns;

  /** The column after which a field ends, by the field's first column. */
  private final int[] ends;

  /** By column, what was written last: segments and the paths of extents repeat. */
  private final String[] texts;

  private final Binary[] encoded;
  private int next;

  /** Repetition and definition level of a required value at this place. */
  private int repetition;

  private int definition;

  RowFields(ColumnWriteStore store, MessageType type) {
    columns = type.getColumns().stream().map(store::getColumnWriter).toArray(ColumnWriter[]::new);
    ends = new int[columns.length];
    texts = new String[columns.length];
    encoded = new Binary[columns.length];
    int column = 0;
    for (Type field : type.getFields()) {
      int end = column + columns(field);
      ends[column] = end;
      column = end;
    }
  }

  private static int columns(Type type) {
    if (type.isPrimitive()) {
      return 1;
    }
    GroupType group = type.asGroupType();
    return group.getFields().stream().mapToInt(RowFields::columns).sum();
  }

  void startRow() {
    next = 0;
  }

  /** The path of the row that was written, encoded. */
  byte[] path() {
    return encoded[0].getBytesUnsafe();
  }

  public RowFields text(String value) {
    return text(binary(value));
  }

  private Binary binary(String value) {
    if (!value.equals(texts[next])) {
      texts[next] = value;
      encoded[next] = Binary.fromConstantByteArray(value.getBytes(StandardCharsets.UTF_8));
    }
    return encoded[next];
  }

  /** A text that the caller keeps in its encoded form. */
  public RowFields text(Binary value) {
    columns[next++].write(value, repetition, definition);
    return this;
  }

  /** An optional field. */
  public RowFields text(Optional<String> value) {
    if (value.isPresent()) {
      Binary text = binary(value.get());
      columns[next++].write(text, repetition, definition + 1);
    } else {
      columns[next++].writeNull(repetition, definition);
    }
    return this;
  }

  public RowFields number(int value) {
    columns[next++].write(value, repetition, definition);
    return this;
  }

  public RowFields number(long value) {
    columns[next++].write(value, repetition, definition);
    return this;
  }

  /** A list of three levels whose elements are texts. */
  public RowFields texts(List<String> elements) {
    return list(elements, (each, fields) -> fields.text(each));
  }

  /** A list of three levels whose elements are groups of required fields. */
  public <E> RowFields list(List<E> elements, BiConsumer<E, RowFields> element) {
    int first = next;
    int end = ends[first];
    if (elements.isEmpty()) {
      for (int column = first; column < end; column++) {
        columns[column].writeNull(0, 0);
      }
    }
    definition = 1;
    for (E each : elements) {
      next = first;
      element.accept(each, this);
      repetition = 1;
    }
    definition = 0;
    repetition = 0;
    next = end;
    return this;
  }
}
