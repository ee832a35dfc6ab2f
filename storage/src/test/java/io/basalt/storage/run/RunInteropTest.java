package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Golden;
import io.basalt.storage.table.DuckDb;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    Path file = save();
    assertThat(
            DuckDb.rows(
                "select path, incarnation, \"partition\", \"offset\", timestamp, op, position,"
                    + " upload, array_to_string(list_transform(shards, s -> concat_ws(':', s.segment, s.position,"
                    + " s.length, s.crc32c)), ',') from '"
                    + file
                    + "'"))
        .containsExactly(
            "/a.txt 1 2 5 1700000000000 PUT 0 null 1-00c0ffee-0-1:0:5:305419896",
            "/a.txt 2 2 0 1700000000001 DELETE 0 null ",
            "/ä/𝄞 2 3 7 1700000000002 UPLOAD 524288 u-1"
                + " 1-00c0ffee-0-1:262144:262144:-1,1-00c0ffee-0-2:0:262144:1");
  }

  @Test
  void duckDbAsksTheFilter() throws IOException, SQLException {
    Path file = save();
    assertThat(DuckDb.filters(file)).singleElement().asString().startsWith("path ");
    assertThat(DuckDb.mayHold(file, List.of("/a.txt", "/a.text", "/ä/𝄞", "/ä", "/b")))
        .containsExactly("/a.txt", "/ä/𝄞");
  }

  private Path save() throws IOException {
    return DuckDb.save(
        folder.resolve("run.parquet"), TableWriter.encode(RunFormat.TABLE, EVENTS).bytes());
  }

  /** The files were written when their versions were fixed; they are never written again. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void readsTheGoldenFiles(int version) throws IOException {
    String name = "run-v%d.parquet".formatted(version);
    RunReader run = new RunReader(name, ByteBuffer.wrap(Golden.file(name)));
    for (PathRange paths :
        List.of(
            PathRange.ALL,
            PathRange.exactly("/a.txt"),
            PathRange.exactly("/ä/𝄞"),
            PathRange.exactly("/ä"),
            PathRange.startingWith("/ä/"))) {
      assertThat(run.events(paths))
          .toIterable()
          .containsExactlyElementsOf(
              EVENTS.stream().filter(event -> paths.contains(event.path())).toList());
    }
    // Without a filter, nothing is denied.
    assertThat(run.filter().mayHold(PathRange.exactly("/b"))).isEqualTo(version == 1);
  }
}
