package io.basalt.storage.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.schema.MessageType;

/**
 * Goes through the rows of one row group, straight from column to column: Parquet's own assembly of
 * records serves any nesting and takes as long again as the decoding. The path comes first; the
 * other columns of a row that is not wanted are passed over, and of a page without a wanted row not
 * even decompressed.
 */
final class RowCursor<T> {
  private final RowColumns<T> columns;
  private final MessageType schema;
  private final ColumnReadStoreImpl store;
  private final TextColumn path;
  private final Step toPath;

  /** The columns behind the path; null until a row is wanted. */
  private List<Step> rest;

  /** Rows whose path was taken, and nothing else yet. */
  private long passed;

  /** Moves the next value of a part out of its columns, or passes over it. */
  private interface Step {
    void take();

    void pass();
  }

  RowCursor(PageReadStore pages, MessageType schema, String createdBy, RowColumns<T> columns) {
    this.columns = columns;
    this.schema = schema;
    this.store = new ColumnReadStoreImpl(pages, columns.converters(schema), schema, createdBy);
    this.path = (TextColumn) columns.parts().get(0);
    this.toPath = new Required(store.getColumnReader(schema.getColumns().get(0)));
  }

  /** Goes to the next row and says its path. */
  String next() {
    toPath.take();
    passed++;
    return path.value();
  }

  /** The row whose path was said last; once. */
  T row() {
    if (rest == null) {
      rest = rest();
    }
    for (; passed > 1; passed--) {
      rest.forEach(Step::pass);
    }
    for (Step step : rest) {
      step.take();
    }
    passed = 0;
    return columns.row();
  }

  private List<Step> rest() {
    List<Step> steps = new ArrayList<>();
    List<ColumnReader> readers =
        schema.getColumns().stream().skip(1).map(store::getColumnReader).toList();
    int next = 0;
    for (RowPart part : columns.parts().subList(1, columns.parts().size())) {
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
    return steps;
  }

  private record Required(ColumnReader reader) implements Step {
    @Override
    public void take() {
      reader.writeCurrentValueToConverter();
      reader.consume();
    }

    @Override
    public void pass() {
      reader.skip();
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

    @Override
    public void pass() {
      if (reader.getCurrentDefinitionLevel() > 0) {
        reader.skip();
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
      if (isEmpty()) {
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

    @Override
    public void pass() {
      if (isEmpty()) {
        return;
      }
      do {
        for (ColumnReader reader : readers) {
          reader.skip();
          reader.consume();
        }
      } while (readers[0].getCurrentRepetitionLevel() > 0);
    }

    /** Goes on if there is no element. */
    private boolean isEmpty() {
      boolean empty = readers[0].getCurrentDefinitionLevel() == 0;
      if (empty) {
        for (ColumnReader reader : readers) {
          reader.consume();
        }
      }
      return empty;
    }
  }
}
