package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.basalt.storage.Contents;
import io.basalt.storage.RandomWrites;
import io.basalt.storage.TestStore;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.table.SpoiledTable;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader does not read, and that it knows the same however much it keeps. */
class ListedTest {
  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Files in leaves, in a dozen runs and in tails, with uploads pending and published. */
  private void fill() throws Exception {
    Random random = new Random(41);
    for (int round = 0; round < 14; round++) {
      RandomWrites.some(store, random, "u" + round);
      if (round == 13) {
        store.commit();
      } else {
        store.seal();
        store.makeRun();
      }
      if (round == 1) {
        compact();
      }
    }
  }

  private void compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 5);
    store.refresh();
  }

  @Test
  void aListingReadsNoTableOfExtents() throws Exception {
    fill();
    compact();
    List<ListedFile> expected;
    try (StoreReader reader = StoreReader.open(store.drives())) {
      expected = Contents.files(reader).stream().map(file -> file.listed()).toList();
    }
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    assertThat(deleteTables("-extents.parquet")).isPositive();

    try (StoreReader reader = StoreReader.open(store.drives())) {
      assertThat(all(reader.listed(PathRange.ALL))).isEqualTo(expected).isNotEmpty();
      assertThat(reader.list("/", true)).hasSameSizeAs(expected);
      assertThat(reader.list("/d1", false)).isNotEmpty();
      assertThatThrownBy(() -> all(reader.files(PathRange.ALL)))
          .hasMessageContaining("-extents.parquet");
    }
  }

  private int deleteTables(String suffix) throws IOException {
    int deleted = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(suffix)).toList()) {
        Files.delete(file);
        deleted++;
      }
    }
    return deleted;
  }

  @Test
  void whatIsKeptInMemoryIsWhatRunsAndTailsHold() throws Exception {
    fill();
    Root root = store.head();
    assertThat(root.runs()).hasSize(11);
    List<Event> whole = all(recent(root, 0).events(PathRange.ALL));
    assertThat(whole).isNotEmpty();
    // Keeps nothing but the filters of runs; keeps everything.
    for (long mostKept : new long[] {0, 3, 1 << 20}) {
      RecentEvents recent = recent(root, mostKept);
      for (int repeat = 0; repeat < 3; repeat++) {
        for (PathRange range : ranges()) {
          List<Event> wanted =
              whole.stream().filter(event -> range.contains(event.path())).toList();
          assertThat(all(recent.events(range))).isEqualTo(wanted);
          assertThat(all(recent.sizes(range)))
              .extracting(Event::path, Event::version, Event::op, Event::lengthBytes)
              .isEqualTo(
                  wanted.stream()
                      .map(e -> tuple(e.path(), e.version(), e.op(), e.lengthBytes()))
                      .toList());
        }
        List<String> changed = new ArrayList<>();
        recent.changed(level -> level.forEachRemaining(changed::add));
        assertThat(changed)
            .containsExactlyInAnyOrderElementsOf(whole.stream().map(Event::path).toList());
      }
    }
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
  }

  /** Proven by what is then wrong: no page of a run can be decoded. */
  @Test
  void aReadDecodesPagesOnlyOfRunsThatMayHoldItsPaths() throws Exception {
    fill();
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    Root spoiled = withoutPages(store.head());
    int answered = 0;
    for (int i = 0; i < 200; i++) {
      PathRange absent =
          i % 2 == 0
              ? PathRange.exactly("/d%d/g%d".formatted(i % 5, i))
              : PathRange.startingWith("/d%d/f%d/".formatted(i % 5, i));
      try {
        assertThat(recent(spoiled, 0).sizes(absent)).isExhausted();
        answered++;
      } catch (RuntimeException decoded) {
        assertThat(decoded).hasMessageContaining("PageHeader");
      }
    }
    // Each of eleven runs may be asked in vain once in a hundred times.
    assertThat(answered).isGreaterThan(178);
    assertThatThrownBy(() -> recent(spoiled, 0).sizes(PathRange.startingWith("/d1/")))
        .hasMessageContaining("PageHeader");
  }

  private Root withoutPages(Root root) throws IOException {
    MirroredFiles files = new MirroredFiles(store.drives());
    List<RunRef> runs = new ArrayList<>();
    for (RunRef run : root.runs()) {
      ByteBuffer pages = SpoiledTable.withoutPages(files.read(run.file()));
      FileRef file = files.writeTwice("a run", "runs/spoiled-" + runs.size(), pages);
      runs.add(new RunRef(file, run.rows(), run.minPath(), run.maxPath()));
    }
    return new RootBuilder(root)
        .runs(runs)
        .build(root.number() + 1, "9-a-0", "9-a", root.at(), root.arbiter());
  }

  @Test
  void whoAsksForChangedPathsHasOneRunAtATime() throws Exception {
    fill();
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    List<RunRef> runs = store.head().runs();
    List<Integer> levels = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (StoreReader reader = StoreReader.open(store.drives())) {
                reader.changed(
                    level -> {
                      levels.add(all(level).size());
                      // Were it open already, nobody would miss it.
                      delete(runs.get(levels.size()).file());
                    });
              }
            })
        .hasMessageContaining(runs.get(1).file().name());
    assertThat(levels).hasSize(1);
  }

  private void delete(FileRef file) {
    for (String drive : file.drives()) {
      try {
        store
            .drives()
            .call(
                drive,
                each -> {
                  each.delete(file.name());
                  return null;
                });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<PathRange> ranges() {
    List<PathRange> ranges = new ArrayList<>();
    for (int directory = 0; directory < 6; directory++) {
      ranges.add(PathRange.startingWith("/d" + directory + "/"));
      for (int file = 0; file < 9; file++) {
        ranges.add(PathRange.exactly("/d%d/f%d".formatted(directory, file)));
      }
    }
    ranges.add(PathRange.startingWith("/d"));
    ranges.add(PathRange.stretch("/d1/f3", Optional.of("/d3")));
    ranges.add(PathRange.ALL);
    return ranges;
  }

  private RecentEvents recent(Root root, long mostKept) throws IOException {
    MirroredFiles files = new MirroredFiles(store.drives());
    LocationMap map = LocationMap.load(files, root);
    return new RecentEvents(
        root, new Locations(map, old -> old), files, new SegmentReader(store.drives()), mostKept);
  }

  private static <T> List<T> all(Iterator<T> elements) {
    List<T> all = new ArrayList<>();
    elements.forEachRemaining(all::add);
    return all;
  }
}
