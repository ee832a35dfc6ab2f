package io.basalt.storage.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.table.DuckDb;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(
            DuckDb.rows(
                ("select concat_ws(' ', f.path, size, modified, incarnation, \"offset\", extents,"
                        + " start, skip, take, segment, position, length, crc32c)"
                        + " from '%s' f left join '%s' e on e.path = f.path"
                        + " order by f.path, start")
                    .formatted(save("files", leaf.files()), save("extents", leaf.extents()))))
        .containsExactly(
            "/a.txt 12 1700000000000 1 5 2 0 0 4 1-00000000000000aa-0-1 0 10 305419896",
            "/a.txt 12 1700000000000 1 5 2 8 0 4 1-00000000000000aa-0-2 4096 4 -1",
            "/empty 0 1700000000000 1 5 0",
            "/ü/𝄞 1099511627776 1700000000000 1 5 1 1099511627774 7 2"
                + " 7-00000000000000bb-3-0 7 9 1");
  }

  @Test
  void duckDbAsksTheFilters() throws IOException, SQLException {
    EncodedLeaf leaf = encode();
    Path files = save("files", leaf.files());
    Path extents = save("extents", leaf.extents());
    List<String> asked = List.of("/a.txt", "/a.tx", "/empty", "/ü/𝄞", "/ü/u", "/none");
    assertThat(DuckDb.mayHold(files, asked)).containsExactly("/a.txt", "/empty", "/ü/𝄞");
    assertThat(DuckDb.mayHold(extents, asked)).containsExactly("/a.txt", "/ü/𝄞");
    for (Path table : List.of(files, extents)) {
      assertThat(DuckDb.filters(table)).singleElement().asString().startsWith("path ");
    }
  }

  /** The files were written when their versions were fixed; they are never written again. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void readsTheGoldenTables(int version) throws IOException {
    LeafRef leaf = (LeafRef) ABOVE_LEAVES.children().get(0);
    Map<String, String> tables =
        Map.of(
            leaf.fileTable().orElseThrow().name(), "leaf-files-v%d.parquet".formatted(version),
            leaf.extentTable().orElseThrow().name(), "leaf-extents-v%d.parquet".formatted(version));
    List<String> fetched = new ArrayList<>();
    LeafReader reader =
        new LeafReader(
            leaf,
            table -> {
              fetched.add(table.name());
              return ByteBuffer.wrap(Golden.file(tables.get(table.name())));
            });
    assertThat(reader.states(PathRange.exactly("/none"))).isExhausted();
    assertThat(fetched).containsExactly(leaf.fileTable().orElseThrow().name());
    assertThat(reader.states(PathRange.ALL)).toIterable().containsExactlyElementsOf(STATES);
    for (PathState state : STATES) {
      assertThat(reader.states(PathRange.exactly(state.path())))
          .toIterable()
          .containsExactly(state);
    }
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

  private Path save(String name, Optional<EncodedTable> table) throws IOException {
    return DuckDb.save(folder.resolve(name + ".parquet"), table.orElseThrow().bytes());
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
