package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.schemas.EventRecord;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.table.SpoiledTable;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.junit.jupiter.api.Test;

class RunTest {
  @Test
  void columnsAreWhatTheAvroSchemaGives() {
    PlainParquetConfiguration modernLists = new PlainParquetConfiguration();
    modernLists.setBoolean("parquet.avro.write-old-list-structure", false);
    assertThat(RunFormat.COLUMNS)
        .isEqualTo(new AvroSchemaConverter(modernLists).convert(EventRecord.getClassSchema()));
  }

  @Property(tries = 60)
  void readsBackWhatWasWritten(@ForAll("events") List<Event> events) throws IOException {
    assertThat(read(TableWriter.encode(RunFormat.TABLE, events), PathRange.ALL)).isEqualTo(events);
  }

  @Test
  void findsEachPathAndDirectoryAmongManyPages() throws IOException {
    List<Event> events = new ArrayList<>();
    for (int file = 0; file < 20_000; file++) {
      String path = "/d%03d/f%05d".formatted(file / 100, file);
      events.add(put(path, 2L * file));
      events.add(put(path, 2L * file + 1));
    }
    EncodedTable run = TableWriter.encode(RunFormat.TABLE, events);

    assertThat(run.rows()).isEqualTo(40_000);
    assertThat(run.minPath()).isEqualTo("/d000/f00000");
    assertThat(run.maxPath()).isEqualTo("/d199/f19999");
    for (int file : new int[] {0, 1, 511, 512, 9_999, 19_999}) {
      String path = "/d%03d/f%05d".formatted(file / 100, file);
      assertThat(read(run, PathRange.exactly(path)))
          .isEqualTo(events.subList(2 * file, 2 * file + 2));
    }
    assertThat(read(run, PathRange.startingWith("/d077/")))
        .isEqualTo(events.subList(15_400, 15_600));
    assertThat(read(run, PathRange.exactly("/d077"))).isEmpty();
    assertThat(read(run, PathRange.startingWith("/e"))).isEmpty();
    assertThat(read(run, PathRange.startingWith("/"))).isEqualTo(events);
  }

  /** Proven by what is then wrong: the columns of places are overwritten. */
  @Test
  void sizesDecodeNoPlaceOfAShard() throws IOException {
    List<Event> events = new ArrayList<>();
    for (int file = 0; file < 5_000; file++) {
      events.add(put("/f%05d".formatted(file), file));
    }
    Set<String> places = Set.of("segment", "position", "crc32c");
    ByteBuffer spoiled =
        SpoiledTable.withoutPages(
            TableWriter.encode(RunFormat.TABLE, events).bytes(),
            column -> column.size() > 1 && places.contains(column.get(column.size() - 1)));
    RunReader run = new RunReader("runs/test.parquet", spoiled);

    assertThat(all(run.sizes(PathRange.ALL))).isEqualTo(withoutPlaces(events));
    assertThat(all(run.sizes(PathRange.startingWith("/f0077"))))
        .isEqualTo(withoutPlaces(events.subList(770, 780)));
    assertThatThrownBy(() -> all(run.events(PathRange.ALL)))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("PageHeader");
  }

  private static List<Event> withoutPlaces(List<Event> events) {
    return events.stream()
        .map(
            event ->
                event.withShards(
                    event.shards().stream().map(each -> Shard.ofLength(each.length())).toList()))
        .toList();
  }

  @Test
  void refusesRowsOutOfOrderAndAnEmptyRun() {
    assertThatThrownBy(
            () -> TableWriter.encode(RunFormat.TABLE, List.of(put("/b", 1), put("/a", 2))))
        .hasMessageContaining("rows of a run ascend: Event[path=/a");
    assertThatThrownBy(
            () -> TableWriter.encode(RunFormat.TABLE, List.of(put("/a", 2), put("/a", 2))))
        .hasMessageContaining("rows of a run ascend: Event[path=/a");
    assertThatThrownBy(() -> TableWriter.encode(RunFormat.TABLE, List.of()))
        .hasMessage("a run has at least one row");
  }

  @Test
  void refusesWhatIsNoRun() {
    RunReader reader = new RunReader("runs/x.parquet", ByteBuffer.allocate(100));
    assertThatThrownBy(() -> reader.events(PathRange.ALL))
        .hasMessageContaining("runs/x.parquet is not a Parquet file");
  }

  @Provide
  static Arbitrary<List<Event>> events() {
    Arbitrary<String> paths =
        Arbitraries.of("a", "b", "/", "ä", "\uffee", "𝄞")
            .list()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(parts -> "/" + String.join("", parts));
    Arbitrary<List<Shard>> shards =
        Combinators.combine(
                Arbitraries.of("1-a-0-0", "1-a-0-1"),
                Arbitraries.longs().greaterOrEqual(0),
                Arbitraries.integers().greaterOrEqual(1),
                Arbitraries.integers())
            .as(Shard::new)
            .list()
            .ofMaxSize(3);
    return Combinators.combine(
            paths,
            Arbitraries.longs(),
            Arbitraries.of(Op.values()),
            Arbitraries.longs(),
            Arbitraries.strings().alpha().ofMaxLength(3).optional(),
            shards)
        .as(
            (path, timestamp, op, position, upload, stored) ->
                new Event(path, new Version(1, 0), 1, timestamp, op, position, upload, stored))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40)
        .map(RunTest::numbered);
  }

  private static List<Event> numbered(List<Event> events) {
    List<Event> numbered = new ArrayList<>();
    for (Event e : events) {
      numbered.add(
          new Event(
              e.path(),
              new Version(1 + numbered.size() / 10, numbered.size()),
              e.partition(),
              e.timestamp(),
              e.op(),
              e.position(),
              e.upload(),
              e.shards()));
    }
    numbered.sort(PathOrder.EVENTS);
    return numbered;
  }

  private static Event put(String path, long offset) {
    Shard shard = new Shard("1-abc-0-" + offset % 3, offset * 100, 100, (int) offset);
    return new Event(
        path, new Version(1, offset), 0, 7, Op.PUT, 0, Optional.empty(), List.of(shard));
  }

  private static List<Event> read(EncodedTable run, PathRange paths) throws IOException {
    return all(new RunReader("runs/test.parquet", run.bytes()).events(paths));
  }

  private static List<Event> all(Iterator<Event> rows) {
    List<Event> events = new ArrayList<>();
    rows.forEachRemaining(events::add);
    return events;
  }
}
