package io.basalt.storage.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tables as another program reads them. */
public final class DuckDb {
  private DuckDb() {}

  /** Writes a table to a file, for queries to name. */
  public static Path save(Path file, ByteBuffer table) throws IOException {
    byte[] content = new byte[table.remaining()];
    table.duplicate().get(content);
    return Files.write(file, content);
  }

  /** The rows of an answer, their columns joined by spaces. */
  public static List<String> rows(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        rows.add(row.stream().map(String::valueOf).collect(Collectors.joining(" ")));
      }
    }
    return rows;
  }

  /** Which of some paths the filters of a file's column {@code path} do not exclude. */
  public static List<String> mayHold(Path file, List<String> paths) throws SQLException {
    List<String> held = new ArrayList<>();
    for (String path : paths) {
      List<String> excludes =
          rows(
              "select bloom_filter_excludes from parquet_bloom_probe('%s', 'path', '%s')"
                  .formatted(file, path));
      if (excludes.contains("false")) {
        held.add(path);
      }
    }
    return held;
  }

  /** The columns of a file that have a filter, with its length. */
  public static List<String> filters(Path file) throws SQLException {
    return rows(
        "select path_in_schema, bloom_filter_length from parquet_metadata('%s')".formatted(file)
            + " where bloom_filter_offset is not null");
  }
}
