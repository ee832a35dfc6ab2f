package io.basalt.storage.table;

import java.util.List;
import org.apache.parquet.io.api.PrimitiveConverter;

/** A list of three levels whose elements are groups of required fields. */
public final class ListColumns implements RowPart {
  private final Runnable element;
  private final List<PrimitiveConverter> columns;

  /**
   * @param element takes the element that the columns hold now
   */
  public ListColumns(Runnable element, PrimitiveConverter... columns) {
    this.element = element;
    this.columns = List.of(columns);
  }

  List<PrimitiveConverter> columns() {
    return columns;
  }

  void takeElement() {
    element.run();
  }
}
