package io.basalt.storage.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;

/** The filters of a table never deny what it has, and little else passes them. */
class PathFilterTest {
  private static final TableFormat<String> FORMAT =
      new TableFormat<>(
          "list of paths",
          "version",
          1,
          MessageTypeParser.parseMessageType("message row { required binary path (STRING); }"),
          Optional.empty(),
          (path, fields) -> fields.text(path),
          PathFilterTest::rows,
          path -> path,
          PathOrder.INSTANCE);

  private static RowColumns<String> rows() {
    TextColumn path = new TextColumn();
    return new RowColumns<>(path::value, path);
  }

  @Property(tries = 200)
  void holdsEveryPathAndWhateverItBeginsWith(@ForAll("paths") TreeSet<String> paths)
      throws IOException {
    PathFilter filter = reader(paths).filter();
    for (String path : paths) {
      assertThat(filter.mayHold(PathRange.exactly(path))).isTrue();
      assertThat(filter.mayHold(PathRange.stretch(path, Optional.empty()))).isTrue();
      for (int end = 1; end < path.length(); end = path.offsetByCodePoints(end, 1)) {
        assertThat(filter.mayHold(PathRange.startingWith(path.substring(0, end)))).isTrue();
      }
    }
  }

  @Provide
  static Arbitrary<TreeSet<String>> paths() {
    Arbitrary<String> names =
        Arbitraries.of("a", "b", "ä", "\uffee", "𝄞", "👩‍🚀", "n".repeat(240), "ö".repeat(1_020));
    return names
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> "/" + String.join("/", parts))
        .filter(path -> path.getBytes(StandardCharsets.UTF_8).length <= 4096)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60)
        .map(PathFilterTest::sorted);
  }

  private static TreeSet<String> sorted(Collection<String> paths) {
    TreeSet<String> sorted = new TreeSet<>(PathOrder.INSTANCE);
    sorted.addAll(paths);
    return sorted;
  }

  @Test
  void holdsItsPathsAndDirectoriesAndFewOthers() throws IOException {
    TreeSet<String> paths =
        sorted(
            Stream.concat(
                    Stream.of("/ü/𝄞", "/a", "/" + "x".repeat(4095)),
                    IntStream.range(0, 10_000).mapToObj(i -> "/data/directory-%05d/f".formatted(i)))
                .toList());
    PathFilter filter = reader(paths).filter();

    assertThat(paths).allMatch(path -> filter.mayHold(PathRange.exactly(path)));
    assertThat(List.of("/ü/", "/data/", "/data/directory-00000/", "/data/directory-09999/", "/"))
        .allMatch(directory -> filter.mayHold(PathRange.startingWith(directory)));
    assertThat(List.of("/a/", "/data/d/", "/data/directory-00000/f/", "/data/directory-10000/x"))
        .noneMatch(directory -> filter.mayHold(PathRange.startingWith(directory)));
    assertThat(
            IntStream.range(0, 100_000)
                .mapToObj(i -> PathRange.exactly("/data/directory-%05d/g".formatted(i)))
                .filter(filter::mayHold)
                .count())
        .isBetween(1L, 1_000L);
    // A filter that knows nothing would do all this, too, if it were large.
    assertThat(filter.sizeBytes()).isEqualTo(32 << 10);
  }

  @Test
  void aPathOfManyDirectoriesIsFoundByTheFirstOfThem() throws IOException {
    String deep = "/a".repeat(2_000);
    PathFilter filter = reader(sorted(List.of(deep))).filter();
    assertThat(filter.mayHold(PathRange.exactly(deep))).isTrue();
    assertThat(filter.mayHold(PathRange.startingWith("/a".repeat(1_500) + "/"))).isTrue();
    assertThat(filter.mayHold(PathRange.startingWith("/a".repeat(100) + "/"))).isTrue();
    assertThat(filter.mayHold(PathRange.startingWith("/a".repeat(100) + "/b/"))).isFalse();
    assertThat(filter.sizeBytes()).isLessThanOrEqualTo(256);
  }

  @Test
  void aTableWithoutRowsIsAskedInVain() throws IOException {
    ByteBuffer empty = new TableWriter<>(FORMAT).finishBytes();
    assertThat(new TableReader<>(FORMAT, "t", empty).rows(PathRange.exactly("/a"))).isExhausted();
  }

  /** The hashes are in memory until the row group ends, and its filter is of one size. */
  @Test
  void aRowGroupEndsAfterAMillionPaths() throws IOException {
    List<String> paths = IntStream.range(0, 1_060_000).mapToObj(i -> "/%07d".formatted(i)).toList();
    ByteBuffer bytes = TableWriter.encode(FORMAT, paths).bytes();
    assertThat(SpoiledTable.rowGroups(bytes))
        .extracting(BlockMetaData::getRowCount)
        .containsExactly(1L << 20, 1_060_000L - (1 << 20));
    TableReader<String> reader = new TableReader<>(FORMAT, "t", bytes);
    for (int i = 0; i < paths.size(); i += 4_999) {
      assertThat(reader.rows(PathRange.exactly(paths.get(i))))
          .toIterable()
          .containsExactly(paths.get(i));
    }
  }

  /** Proven by what is then wrong: no page can be decoded. */
  @Test
  void aTableThatHasNotThePathDecodesNoPage() throws IOException {
    List<String> paths = IntStream.range(0, 5_000).mapToObj(i -> "/f%05d".formatted(i)).toList();
    ByteBuffer spoiled = SpoiledTable.withoutPages(TableWriter.encode(FORMAT, paths).bytes());
    TableReader<String> reader = new TableReader<>(FORMAT, "t", spoiled);
    List<PathRange> denied =
        paths.stream()
            .flatMap(
                path ->
                    Stream.of(PathRange.exactly(path + "x"), PathRange.startingWith(path + "/")))
            .filter(range -> !mayHold(reader, range))
            .toList();
    assertThat(denied).hasSizeGreaterThan(9_900);
    for (PathRange range : denied) {
      assertThat(reader.rows(range)).isExhausted();
    }
    assertThatThrownBy(() -> reader.rows(PathRange.exactly("/f00077")).hasNext())
        .hasMessageContaining("PageHeader");
  }

  private static boolean mayHold(TableReader<String> reader, PathRange range) {
    try {
      return reader.filter().mayHold(range);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parquet's own filter answers one thread at a time. */
  @Test
  void severalThreadsMayAsk() throws IOException {
    List<String> paths = IntStream.range(0, 20_000).mapToObj(i -> "/f%05d".formatted(i)).toList();
    PathFilter filter =
        new TableReader<>(FORMAT, "t", TableWriter.encode(FORMAT, paths).bytes()).filter();
    assertThat(
            IntStream.range(0, 2_000_000)
                .parallel()
                .allMatch(i -> filter.mayHold(PathRange.exactly(paths.get(i % paths.size())))))
        .isTrue();
  }

  private static TableReader<String> reader(TreeSet<String> paths) throws IOException {
    return new TableReader<>(FORMAT, "t", TableWriter.encode(FORMAT, paths).bytes());
  }
}
