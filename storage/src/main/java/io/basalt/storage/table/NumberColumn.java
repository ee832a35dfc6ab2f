package io.basalt.storage.table;

import org.apache.parquet.io.api.PrimitiveConverter;

/** Takes the integer of the current row. */
public final class NumberColumn extends PrimitiveConverter implements RowPart {
  private long value;

  /** As a 64-bit column has it. */
  public long value() {
    return value;
  }

  /** As a 32-bit column has it. */
  public int intValue() {
    return (int) value;
  }

  @Override
  public void addInt(int number) {
    value = number;
  }

  @Override
  public void addLong(long number) {
    value = number;
  }
}
