package io.basalt.storage.table;

import java.nio.charset.StandardCharsets;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;

/** Takes the text of the current row. */
public final class TextColumn extends PrimitiveConverter implements RowPart {
  private String value;
  private String[] decoded = {};

  /** Null where an optional column has none. */
  public String value() {
    return value;
  }

  /** Forgets the value of the row before. */
  void clear() {
    value = null;
  }

  /** Parquet's own way goes character by character. */
  private static String text(Binary binary) {
    return new String(binary.getBytesUnsafe(), StandardCharsets.UTF_8);
  }

  @Override
  public boolean hasDictionarySupport() {
    return true;
  }

  @Override
  public void setDictionary(Dictionary dictionary) {
    decoded = new String[dictionary.getMaxId() + 1];
    for (int i = 0; i < decoded.length; i++) {
      decoded[i] = text(dictionary.decodeToBinary(i));
    }
  }

  @Override
  public void addValueFromDictionary(int id) {
    value = decoded[id];
  }

  @Override
  public void addBinary(Binary text) {
    value = text(text);
  }
}
