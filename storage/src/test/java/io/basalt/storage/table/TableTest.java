package io.basalt.storage.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;

/** Rows with every kind of field, in many pages and row groups, and some columns of them. */
class TableTest {
  private static final int ROWS = 9_000;
  private static final List<Row> TABLE = table();

  /** A row: what is optional, and a list of pairs. */
  record Row(String path, long number, Optional<String> text, List<Pair> pairs) {}

  record Pair(String name, int value) {}

  private static List<Row> table() {
    Random random = new Random(17);
    return IntStream.range(0, ROWS)
        .mapToObj(
            i ->
                new Row(
                    "/d%02d/%06d".formatted(i / 200, i),
                    random.nextLong(),
                    random.nextInt(3) == 0 ? Optional.empty() : Optional.of("t" + i % 50),
                    IntStream.range(0, random.nextInt(4))
                        .mapToObj(p -> new Pair("p" + random.nextInt(9), random.nextInt()))
                        .toList()))
        .toList();
  }

  private static final TableFormat<Row> FORMAT =
      new TableFormat<>(
          "table",
          "version",
          1,
          columns("binary name (STRING); required int32 value;"),
          Optional.empty(),
          (row, fields) ->
              fields
                  .text(row.path())
                  .number(row.number())
                  .text(row.text())
                  .list(row.pairs(), (p, of) -> of.text(p.name()).number(p.value())),
          TableTest::rows,
          Row::path,
          Comparator.comparing(Row::path, PathOrder.INSTANCE));

  private static MessageType columns(String pair) {
    return MessageTypeParser.parseMessageType(
        """
        message row {
          required binary path (STRING);
          required int64 number;
          optional binary text (STRING);
          required group pairs (LIST) {
            repeated group list { required group element { required %s } }
          }
        }
        """
            .formatted(pair));
  }

  private static RowColumns<Row> rows() {
    TextColumn name = new TextColumn();
    NumberColumn value = new NumberColumn();
    List<Pair> pairs = new ArrayList<>();
    return rows(
        pairs,
        new ListColumns(() -> pairs.add(new Pair(name.value(), value.intValue())), name, value));
  }

  /** The same rows with one column of the list. */
  private static RowColumns<Row> sums() {
    NumberColumn value = new NumberColumn();
    List<Pair> pairs = new ArrayList<>();
    return rows(pairs, new ListColumns(() -> pairs.add(new Pair("", value.intValue())), value));
  }

  /** Rows whose pairs the list puts into {@code pairs}. */
  private static RowColumns<Row> rows(List<Pair> pairs, ListColumns list) {
    TextColumn path = new TextColumn();
    NumberColumn number = new NumberColumn();
    TextColumn text = new TextColumn();
    return new RowColumns<>(
        () -> {
          List<Pair> own = List.copyOf(pairs);
          pairs.clear();
          return new Row(path.value(), number.value(), Optional.ofNullable(text.value()), own);
        },
        path,
        number,
        text,
        list);
  }

  private static ByteBuffer encoded(long rowGroupBytes) throws IOException {
    TableWriter<Row> writer = new TableWriter<>(FORMAT, rowGroupBytes);
    for (Row row : TABLE) {
      writer.add(row);
    }
    return writer.finish().bytes();
  }

  @Test
  void everyRangeReadsBackFromOneRowGroupAndFromMany() throws IOException {
    for (long rowGroupBytes : new long[] {1L << 30, 20_000}) {
      ByteBuffer bytes = encoded(rowGroupBytes);
      assertThat(SpoiledTable.rowGroups(bytes).size() > 1).isEqualTo(rowGroupBytes == 20_000);
      TableReader<Row> reader = new TableReader<>(FORMAT, "t", bytes);
      assertThat(all(reader.rows(PathRange.ALL))).isEqualTo(TABLE);
      Random random = new Random(rowGroupBytes);
      for (int i = 0; i < 40; i++) {
        String path = TABLE.get(random.nextInt(ROWS)).path();
        for (PathRange range :
            List.of(
                PathRange.exactly(path),
                PathRange.exactly(path + "x"),
                PathRange.startingWith(path.substring(0, 5)),
                PathRange.stretch(path, Optional.of(path.substring(0, 4) + "9")))) {
          List<Row> wanted = TABLE.stream().filter(row -> range.contains(row.path())).toList();
          assertThat(all(reader.rows(range))).isEqualTo(wanted);
          Predicate<Row> isOdd = row -> row.number() % 2 != 0;
          assertThat(all(reader.rows(range, columns("int32 value;"), sums(), isOdd)))
              .isEqualTo(wanted.stream().filter(isOdd).map(TableTest::withoutNames).toList());
        }
      }
    }
  }

  private static Row withoutNames(Row row) {
    return new Row(
        row.path(),
        row.number(),
        row.text(),
        row.pairs().stream().map(pair -> new Pair("", pair.value())).toList());
  }

  private static List<Row> all(Iterator<Row> rows) {
    List<Row> all = new ArrayList<>();
    rows.forEachRemaining(all::add);
    return all;
  }
}
