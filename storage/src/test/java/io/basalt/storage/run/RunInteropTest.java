package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is a Parquet file to everyone, and stays readable once written. */
class RunInteropTest {
  private static final List<Event> EVENTS =
      List.of(
          new Event(
              "/a.txt",
              new Version(1, 5),
              2,
              1_700_000_000_000L,
              Op.PUT,
              0,
              Optional.empty(),
              List.of(new Shard("1-00c0ffee-0-1", 0, 5, 0x12345678))),
          new Event(
              "/a.txt",
              new Version(2, 0),
              2,
              1_700_000_000_001L,
              Op.DELETE,
              0,
              Optional.empty(),
              List.of()),
          new Event(
              "/ä/𝄞",
              new Version(2, 7),
              3,
              1_700_000_000_002L,
              Op.UPLOAD,
              524_288,
              Optional.of("u-1"),
              List.of(
                  new Shard("1-00c0ffee-0-1", 262_144, 262_144, -1),
                  new Shard("1-00c0ffee-0-2", 0, 262_144, 1))));

  @TempDir Path folder;

  @Test
  void duckDbReadsEveryColumn() throws IOException, SQLException {
    Path file = folder.resolve("run.parquet");
    ByteBuffer bytes = TableWriter.encode(RunFormat.TABLE, EVENTS).bytes();
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    Files.write(file, content);

    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "select path, incarnation, \"partition\", \"offset\", timestamp, op, position,"
                    + " upload, array_to_string(list_transform(shards, s -> concat_ws(':', s.segment, s.position,"
                    + " s.length, s.crc32c)), ',') from '"
                    + file
                    + "'")) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int column = 1; column <= 9; column++) {
          row.append(column == 1 ? "" : " ").append(result.getString(column));
        }
        rows.add(row.toString());
      }
    }
    assertThat(rows)
        .containsExactly(
            "/a.txt 1 2 5 1700000000000 PUT 0 null 1-00c0ffee-0-1:0:5:305419896",
            "/a.txt 2 2 0 1700000000001 DELETE 0 null ",
            "/ä/𝄞 2 3 7 1700000000002 UPLOAD 524288 u-1"
                + " 1-00c0ffee-0-1:262144:262144:-1,1-00c0ffee-0-2:0:262144:1");
  }

  /** The file was written when version 1 was fixed; it is never written again. */
  @Test
  void readsTheGoldenFileOfVersion1() throws IOException {
    ByteBuffer bytes;
    try (InputStream golden = getClass().getResourceAsStream("/golden/run-v1.parquet")) {
      bytes = ByteBuffer.wrap(golden.readAllBytes());
    }
    List<Event> events = new ArrayList<>();
    new RunReader("golden/run-v1.parquet", bytes)
        .events(PathRange.ALL)
        .forEachRemaining(events::add);
    assertThat(events).isEqualTo(EVENTS);
  }
}
