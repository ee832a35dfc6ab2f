package io.basalt.storage.table;

import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;

/** Takes the text of the current row. */
public final class TextColumn extends PrimitiveConverter {
  private String value;
  private String[] decoded = {};

  /** Null where an optional column has none and {@link #clear} was called. */
  public String value() {
    return value;
  }

  /** Forgets the value of the row before, for a column that is optional. */
  public void clear() {
    value = null;
  }

  @Override
  public boolean hasDictionarySupport() {
    return true;
  }

  @Override
  public void setDictionary(Dictionary dictionary) {
    decoded = new String[dictionary.getMaxId() + 1];
    for (int i = 0; i < decoded.length; i++) {
      decoded[i] = dictionary.decodeToBinary(i).toStringUsingUTF8();
    }
  }

  @Override
  public void addValueFromDictionary(int id) {
    value = decoded[id];
  }

  @Override
  public void addBinary(Binary text) {
    value = text.toStringUsingUTF8();
  }
}
