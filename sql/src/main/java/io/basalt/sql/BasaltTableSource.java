package io.basalt.sql;

import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.types.DataType;

/** A table for the planner: it reads only the columns and the range of paths that are asked for. */
final class BasaltTableSource
    implements ScanTableSource, SupportsProjectionPushDown, SupportsFilterPushDown {
  private Scan scan;

  BasaltTableSource(Scan scan) {
    this.scan = scan;
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.insertOnly();
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    return SourceProvider.of(new CatalogSource(scan));
  }

  @Override
  public boolean supportsNestedProjection() {
    return false;
  }

  @Override
  public void applyProjection(int[][] fields, DataType produced) {
    List<Integer> all = scan.columns();
    scan = scan.withColumns(Arrays.stream(fields).map(field -> all.get(field[0])).toList());
  }

  @Override
  public Result applyFilters(List<ResolvedExpression> filters) {
    scan = scan.withPaths(PathFilter.of(filters));
    return Result.of(List.of(), filters);
  }

  @Override
  public DynamicTableSource copy() {
    return new BasaltTableSource(scan);
  }

  @Override
  public String asSummaryString() {
    return "Basalt " + scan.table().tableName();
  }
}
