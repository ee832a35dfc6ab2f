package io.basalt.storage.run;

import org.apache.parquet.io.api.PrimitiveConverter;

/** Takes the integer of the current row. */
final class NumberColumn extends PrimitiveConverter {
  long value;

  @Override
  public void addInt(int number) {
    value = number;
  }

  @Override
  public void addLong(long number) {
    value = number;
  }
}
