package io.basalt.storage.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
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
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of a leaf are Parquet files to everyone; tables and branches stay readable. */
class LeafInteropTest {
  private static final List<PathState> STATES =
      List.of(
          file(
              "/a.txt",
              12,
              new Extent(0, new Shard("1-00000000000000aa-0-1", 0, 10, 0x12345678), 0, 4),
              new Extent(8, new Shard("1-00000000000000aa-0-2", 4096, 4, -1), 0, 4)),
          file("/empty", 0),
          file(
              "/ü/𝄞",
              1L << 40,
              new Extent((1L << 40) - 2, new Shard("7-00000000000000bb-3-0", 7, 9, 1), 7, 2)));

  private static final Branch ABOVE_LEAVES =
      new Branch(
          List.of(
              new LeafRef(
                  "/a.txt",
                  "/ü/𝄞",
                  3,
                  3,
                  0,
                  (1L << 40) + 12,
                  Optional.of(ref("leaves/8-00000000000000bb-0-files.parquet")),
                  Optional.of(ref("leaves/8-00000000000000bb-0-extents.parquet")),
                  Optional.empty())));
  private static final Branch ABOVE_BRANCHES =
      new Branch(
          List.of(
              new BranchRef("/a", "/b", 1, 2, ref("branches/8-00000000000000bb-1")),
              new BranchRef("/c", "/ü/𝄞", 3, 4, ref("branches/8-00000000000000bb-2"))));

  @TempDir Path folder;

  @Test
  void duckDbJoinsFilesAndExtents() throws IOException, SQLException {
    EncodedLeaf leaf = encode();
    Path files = save("files.parquet", leaf.files().orElseThrow());
    Path extents = save("extents.parquet", leaf.extents().orElseThrow());

    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                ("select concat_ws(' ', f.path, size, modified, incarnation, \"offset\", extents,"
                        + " start, skip, take, segment, position, length, crc32c)"
                        + " from '%s' f left join '%s' e on e.path = f.path"
                        + " order by f.path, start")
                    .formatted(files, extents))) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    assertThat(rows)
        .containsExactly(
            "/a.txt 12 1700000000000 1 5 2 0 0 4 1-00000000000000aa-0-1 0 10 305419896",
            "/a.txt 12 1700000000000 1 5 2 8 0 4 1-00000000000000aa-0-2 4096 4 -1",
            "/empty 0 1700000000000 1 5 0",
            "/ü/𝄞 1099511627776 1700000000000 1 5 1 1099511627774 7 2"
                + " 7-00000000000000bb-3-0 7 9 1");
  }

  /** The files were written when version 1 was fixed; they are never written again. */
  @Test
  void readsTheGoldenTablesOfVersion1() throws IOException {
    LeafRef leaf = (LeafRef) ABOVE_LEAVES.children().get(0);
    Map<String, ByteBuffer> tables =
        Map.of(
            leaf.fileTable().orElseThrow().name(), golden("leaf-files-v1.parquet"),
            leaf.extentTable().orElseThrow().name(), golden("leaf-extents-v1.parquet"));
    List<PathState> states = new ArrayList<>();
    new LeafReader(leaf, table -> tables.get(table.name()))
        .states(PathRange.ALL)
        .forEachRemaining(states::add);
    assertThat(states).isEqualTo(STATES);
  }

  @Test
  void branchVersion1() throws IOException {
    for (Map.Entry<String, Branch> each :
        Map.of("branch-of-leaves-v1", ABOVE_LEAVES, "branch-of-branches-v1", ABOVE_BRANCHES)
            .entrySet()) {
      ByteBuffer bytes = ByteBuffer.wrap(Golden.bytes(each.getKey()));
      assertThat(BranchCodec.decode(bytes, "d", "f")).isEqualTo(each.getValue());
      Golden.assertWritten(each.getKey(), BranchCodec.encode(each.getValue()));
    }
  }

  private static EncodedLeaf encode() throws IOException {
    LeafEncoder encoder = new LeafEncoder();
    for (PathState state : STATES) {
      encoder.add(state);
    }
    return encoder.finish();
  }

  private Path save(String name, EncodedTable table) throws IOException {
    Path file = folder.resolve(name);
    byte[] content = new byte[table.bytes().remaining()];
    table.bytes().get(content);
    return Files.write(file, content);
  }

  private ByteBuffer golden(String name) throws IOException {
    try (InputStream golden = getClass().getResourceAsStream("/golden/" + name)) {
      return ByteBuffer.wrap(golden.readAllBytes());
    }
  }

  private static FileRef ref(String name) {
    return new FileRef(name, List.of("scm-0", "scm-1"), 99, 0x12345678);
  }

  private static PathState file(String path, long size, Extent... extents) {
    FileState state =
        new FileState(path, size, 1_700_000_000_000L, new Version(1, 5), List.of(extents));
    return new PathState(path, Optional.of(state), List.of());
  }
}
