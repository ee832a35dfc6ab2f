package io.basalt.storage.table;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.Type;

/** The fields of the row that is being written, put in the order of the columns. */
public final class RowFields {
  private final RecordConsumer out;
  private final GroupType type;
  private int next;

  RowFields(RecordConsumer out, GroupType type) {
    this.out = out;
    this.type = type;
  }

  public RowFields text(String value) {
    return text(Binary.fromString(value));
  }

  public RowFields text(Binary value) {
    start();
    out.addBinary(value);
    return end();
  }

  /** An optional field. */
  public RowFields text(Optional<String> value) {
    if (value.isPresent()) {
      return text(value.get());
    }
    next++;
    return this;
  }

  public RowFields number(int value) {
    start();
    out.addInteger(value);
    return end();
  }

  public RowFields number(long value) {
    start();
    out.addLong(value);
    return end();
  }

  /** A list of three levels whose elements are texts. */
  public RowFields texts(List<String> elements) {
    return repeated(elements, (each, of) -> out.addBinary(Binary.fromString(each)));
  }

  /** A list of three levels whose elements are groups. */
  public <E> RowFields list(List<E> elements, BiConsumer<E, RowFields> element) {
    return repeated(
        elements,
        (each, of) -> {
          out.startGroup();
          element.accept(each, new RowFields(out, of.asGroupType()));
          out.endGroup();
        });
  }

  private <E> RowFields repeated(List<E> elements, BiConsumer<E, Type> element) {
    GroupType repeated = type.getType(next).asGroupType().getType(0).asGroupType();
    Type of = repeated.getType(0);
    start();
    out.startGroup();
    if (!elements.isEmpty()) {
      out.startField(repeated.getName(), 0);
      for (E each : elements) {
        out.startGroup();
        out.startField(of.getName(), 0);
        element.accept(each, of);
        out.endField(of.getName(), 0);
        out.endGroup();
      }
      out.endField(repeated.getName(), 0);
    }
    out.endGroup();
    return end();
  }

  private void start() {
    out.startField(type.getFieldName(next), next);
  }

  private RowFields end() {
    out.endField(type.getFieldName(next), next);
    next++;
    return this;
  }
}
