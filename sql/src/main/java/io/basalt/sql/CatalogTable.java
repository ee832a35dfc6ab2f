package io.basalt.sql;

import io.basalt.storage.catalog.CatalogExtent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/** The tables, as docs/catalogue.md describes them. */
enum CatalogTable {
  FILES(FileColumns.ALL) {
    @Override
    Iterator<RowData> rows(OpenRoot root, PathRange paths, List<Integer> columns)
        throws IOException {
      return columns.stream().allMatch(column -> column < FileColumns.LISTED.size())
          ? new Mapped<>(root.listed(paths), row(FileColumns.LISTED, columns))
          : new Mapped<>(root.files(paths), row(FileColumns.ALL, columns));
    }
  },
  EXTENTS(ExtentColumns.ALL) {
    @Override
    Iterator<RowData> rows(OpenRoot root, PathRange paths, List<Integer> columns)
        throws IOException {
      return new Mapped<>(
          new FileExtents(root.files(paths), root::place), row(ExtentColumns.ALL, columns));
    }
  };

  private final List<? extends Column<?>> columns;

  CatalogTable(List<? extends Column<?>> columns) {
    this.columns = columns;
  }

  List<? extends Column<?>> columns() {
    return columns;
  }

  /** The place of a column of this name. */
  Optional<Integer> column(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  String columnNames() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /** The name in the option {@code table}. */
  String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The rows of these paths; of them the columns that are asked for, in their order. */
  abstract Iterator<RowData> rows(OpenRoot root, PathRange paths, List<Integer> columns)
      throws IOException;

  private static <T> Function<T, RowData> row(List<Column<T>> all, List<Integer> columns) {
    List<Function<T, Object>> values =
        columns.stream().map(column -> all.get(column).value()).toList();
    return from -> {
      GenericRowData row = new GenericRowData(values.size());
      for (int i = 0; i < values.size(); i++) {
        row.setField(i, values.get(i).apply(from));
      }
      return row;
    };
  }

  private record Mapped<T>(Iterator<T> from, Function<T, RowData> row)
      implements Iterator<RowData> {
    @Override
    public boolean hasNext() {
      return from.hasNext();
    }

    @Override
    public RowData next() {
      return row.apply(from.next());
    }
  }

  private static final class FileColumns {
    /** Those that need no extents, which are not read then. */
    private static final List<Column<ListedFile>> LISTED =
        List.of(
            new Column<>("path", DataTypes.STRING(), file -> StringData.fromString(file.path())),
            new Column<>("size", DataTypes.BIGINT(), ListedFile::size),
            new Column<>(
                "modified",
                DataTypes.TIMESTAMP_LTZ(3),
                file -> TimestampData.fromEpochMillis(file.modified())),
            new Column<>("incarnation", DataTypes.INT(), file -> file.version().incarnation()),
            new Column<>("log_offset", DataTypes.BIGINT(), file -> file.version().offset()));

    private static final List<Column<FileState>> ALL =
        Stream.concat(
                LISTED.stream().map(FileColumns::ofWhole),
                Stream.of(
                    new Column<FileState>(
                        "extents", DataTypes.INT(), file -> file.extents().size())))
            .toList();

    private static Column<FileState> ofWhole(Column<ListedFile> column) {
      return new Column<>(
          column.name(), column.type(), file -> column.value().apply(file.listed()));
    }
  }

  private static final class ExtentColumns {
    private static final List<Column<CatalogExtent>> ALL =
        List.of(
            new Column<>("path", DataTypes.STRING(), row -> StringData.fromString(row.path())),
            new Column<>("file_offset", DataTypes.BIGINT(), row -> row.extent().start()),
            new Column<>("length", DataTypes.INT(), row -> row.extent().take()),
            new Column<>(
                "segment",
                DataTypes.STRING(),
                row -> StringData.fromString(row.extent().shard().segment())),
            new Column<>("segment_offset", DataTypes.BIGINT(), CatalogExtent::segmentOffset),
            new Column<>(
                "tier",
                DataTypes.STRING(),
                row -> StringData.fromString(row.place().tier().text())),
            new Column<>(
                "stripe",
                DataTypes.STRING(),
                row -> row.place().stripe().map(StringData::fromString).orElse(null)),
            new Column<>(
                "drives",
                DataTypes.ARRAY(DataTypes.STRING()),
                row ->
                    new GenericArrayData(
                        row.place().drives().stream().map(StringData::fromString).toArray())));
  }
}
