package io.basalt.storage.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.schema.MessageType;

/**
 * Goes through the rows of one row group, straight from column to column: Parquet's own assembly of
 * records serves any nesting and takes as long again as the decoding.
 */
final class RowCursor<T> {
  private final RowColumns<T> columns;
  private final List<Step> steps = new ArrayList<>();

  /** Moves the next value of a part out of its columns. */
  private interface Step {
    void take();
  }

  RowCursor(PageReadStore pages, MessageType schema, String createdBy, RowColumns<T> columns) {
    this.columns = columns;
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(pages, columns.converters(schema), schema, createdBy);
    List<ColumnReader> readers = schema.getColumns().stream().map(store::getColumnReader).toList();
    int next = 0;
    for (RowPart part : columns.parts()) {
      if (part instanceof ListColumns list) {
        int end = next + list.columns().size();
        steps.add(new Repeated(list, readers.subList(next, end).toArray(ColumnReader[]::new)));
        next = end;
      } else {
        ColumnReader reader = readers.get(next++);
        boolean optional = reader.getDescriptor().getMaxDefinitionLevel() > 0;
        steps.add(optional ? new Optional((TextColumn) part, reader) : new Required(reader));
      }
    }
  }

  T next() {
    for (Step step : steps) {
      step.take();
    }
    return columns.row();
  }

  private record Required(ColumnReader reader) implements Step {
    @Override
    public void take() {
      reader.writeCurrentValueToConverter();
      reader.consume();
    }
  }

  private record Optional(TextColumn column, ColumnReader reader) implements Step {
    @Override
    public void take() {
      if (reader.getCurrentDefinitionLevel() > 0) {
        reader.writeCurrentValueToConverter();
      } else {
        column.clear();
      }
      reader.consume();
    }
  }

  /** All columns of a list repeat alike: the first one says how often. */
  private static final class Repeated implements Step {
    private final ListColumns list;
    private final ColumnReader[] readers;

    private Repeated(ListColumns list, ColumnReader[] readers) {
      this.list = list;
      this.readers = readers;
    }

    @Override
    public void take() {
      if (readers[0].getCurrentDefinitionLevel() == 0) {
        for (ColumnReader reader : readers) {
          reader.consume();
        }
        return;
      }
      do {
        for (ColumnReader reader : readers) {
          reader.writeCurrentValueToConverter();
          reader.consume();
        }
        list.takeElement();
      } while (readers[0].getCurrentRepetitionLevel() > 0);
    }
  }
}
