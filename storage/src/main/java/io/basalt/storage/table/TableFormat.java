package io.basalt.storage.table;

import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.parquet.schema.MessageType;

/**
 * A kind of table: a Parquet file of rows that ascend by path first.
 *
 * @param kind what a file of this kind is called in a sentence, such as {@code run}
 * @param versionKey footer key of the format version
 * @param version format version that this program writes; it reads this and all before
 * @param columns the first one is the path
 * @param avroSchema of a row, for readers that go by it; empty for a table that Basalt does not
 *     read
 * @param writer puts the fields of a row
 * @param rowColumns builds rows from columns; one for each iteration
 * @param path of a row
 * @param order of rows; no two are equal
 */
public record TableFormat<T>(
    String kind,
    String versionKey,
    int version,
    MessageType columns,
    Optional<String> avroSchema,
    RowWriter<T> writer,
    Supplier<RowColumns<T>> rowColumns,
    Function<T, String> path,
    Comparator<T> order) {
  /** Footer key under which Avro's Parquet readers look for the record schema. */
  static final String AVRO_KEY = "parquet.avro.schema";

  /** A table that other programs read, and this one does not. */
  public static <T> TableFormat<T> writeOnly(
      String kind,
      String versionKey,
      int version,
      MessageType columns,
      RowWriter<T> writer,
      Function<T, String> path,
      Comparator<T> order) {
    return new TableFormat<>(
        kind,
        versionKey,
        version,
        columns,
        Optional.empty(),
        writer,
        () -> {
          throw new UnsupportedOperationException("a " + kind + " is only written");
        },
        path,
        order);
  }

  /** Puts the fields of one row. */
  @FunctionalInterface
  public interface RowWriter<T> {
    void write(T row, RowFields fields);
  }

  String pathColumn() {
    return columns.getFieldName(0);
  }
}
