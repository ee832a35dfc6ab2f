package io.basalt.sql;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The connector {@code basalt}: a table of a store, with any of its columns in any order. */
public final class BasaltTableFactory implements DynamicTableSourceFactory {
  static final ConfigOption<String> CONFIG =
      ConfigOptions.key("config")
          .stringType()
          .noDefaultValue()
          .withDescription("Path of the store's basalt.yaml, the same on every machine.");

  static final ConfigOption<CatalogTable> TABLE =
      ConfigOptions.key("table")
          .enumType(CatalogTable.class)
          .noDefaultValue()
          .withDescription("What a row is: of files, a file; of extents, a range of one.");

  static final ConfigOption<Long> ROOT =
      ConfigOptions.key("root")
          .longType()
          .defaultValue(0L)
          .withDescription("Number of a root that the store keeps; the head without it.");

  static final ConfigOption<Boolean> PIN =
      ConfigOptions.key("pin")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether the root is kept until the query ends, which takes a commit through Kafka.");

  @Override
  public String factoryIdentifier() {
    return "basalt";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(CONFIG, TABLE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(ROOT, PIN);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper options = FactoryUtil.createTableFactoryHelper(this, context);
    options.validate();
    CatalogTable table = options.getOptions().get(TABLE);
    RowType row = (RowType) context.getPhysicalRowDataType().getLogicalType();
    return new BasaltTableSource(
        new Scan(
            options.getOptions().get(CONFIG),
            table,
            options.getOptions().get(ROOT),
            options.getOptions().get(PIN),
            row.getFields().stream().map(field -> column(table, field)).toList(),
            Paths.ALL));
  }

  private static int column(CatalogTable table, RowType.RowField field) {
    int column =
        table
            .column(field.getName())
            .orElseThrow(
                () ->
                    new ValidationException(
                        "table %s has no column %s; it has %s"
                            .formatted(table.tableName(), field.getName(), table.columnNames())));
    LogicalType wanted = table.columns().get(column).type().getLogicalType();
    if (!field.getType().copy(true).equals(wanted)) {
      throw new ValidationException(
          "column %s of table %s is %s, not %s"
              .formatted(field.getName(), table.tableName(), wanted, field.getType()));
    }
    return column;
  }
}
