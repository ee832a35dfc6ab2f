package io.basalt.storage.leaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.schemas.LeafExtentRecord;
import io.basalt.schemas.LeafFileRecord;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.table.SpoiledTable;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.junit.jupiter.api.Test;

class LeafTest {
  private static final LeafLimits SMALL = new LeafLimits(4, 6, 40);

  private final SimulatedDrives drives = new SimulatedDrives(2, 0, 1L << 30);
  private final MirroredFiles mirrors = new MirroredFiles(drives.driveSet(), new Random(3));
  private final TreeFileWriter files = new TreeFileWriter(mirrors, "1-00000000000000aa-0");
  private final LeafTree tree = new LeafTree(mirrors);

  @Test
  void columnsAreWhatTheAvroSchemasGive() {
    AvroSchemaConverter converter = new AvroSchemaConverter(new PlainParquetConfiguration());
    assertThat(LeafFormats.FILES.columns())
        .isEqualTo(converter.convert(LeafFileRecord.getClassSchema()));
    assertThat(LeafFormats.EXTENTS.columns())
        .isEqualTo(converter.convert(LeafExtentRecord.getClassSchema()));
  }

  @Property(tries = 40)
  void readsBackEveryPathAndRange(@ForAll("states") List<PathState> states) throws IOException {
    TreeTop top = write(states, SMALL);
    List<PathState> left = states.stream().filter(state -> !state.isEmpty()).toList();

    assertThat(read(top, PathRange.ALL)).isEqualTo(left);
    for (PathState state : states) {
      PathRange one = PathRange.exactly(state.path());
      assertThat(read(top, one)).isEqualTo(state.isEmpty() ? List.of() : List.of(state));
    }
    for (PathRange range :
        List.of(
            PathRange.startingWith("/a"),
            PathRange.startingWith("/\uffee"),
            PathRange.stretch("", Optional.of("/b")),
            PathRange.stretch("/a", Optional.of("/𝄞")),
            PathRange.stretch("/ä", Optional.empty()))) {
      assertThat(read(top, range))
          .isEqualTo(left.stream().filter(state -> range.contains(state.path())).toList());
    }
  }

  @Test
  void aListingReadsOnlyTheLeavesOfItsRange() throws IOException {
    List<PathState> states = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      states.add(file("/d%02d/f%04d".formatted(i / 100, i), 1, i));
    }
    TreeTop top = write(states, new LeafLimits(50, 1000, 1 << 20));
    List<LeafRef> leaves = new ArrayList<>();
    tree.leaves(top, PathRange.startingWith("/d07/")).forEachRemaining(leaves::add);
    assertThat(leaves).hasSize(2);
    assertThat(read(top, PathRange.startingWith("/d07/"))).isEqualTo(states.subList(700, 800));
  }

  @Test
  void aFileOfAMillionExtentsIsOneLeaf() throws IOException {
    PathState huge = file("/huge", 1_000_000, 5);
    TreeTop top = write(List.of(file("/a", 2, 1), huge, file("/z", 3, 2)), LeafLimits.DEFAULTS);
    assertThat(read(top, PathRange.exactly("/huge"))).containsExactly(huge);
    assertThat(read(top, PathRange.exactly("/z"))).containsExactly(file("/z", 3, 2));
    assertThat(read(top, PathRange.exactly("/h"))).isEmpty();
  }

  @Test
  void longPathsThatDifferInTheirLastByteAreFound() throws IOException {
    List<PathState> states = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      states.add(file("/" + "ä".repeat(2045) + "%05d".formatted(i), 1, i));
    }
    TreeTop top = write(states, LeafLimits.DEFAULTS);
    for (int i : new int[] {0, 1, 1023, 1024, 2999}) {
      assertThat(read(top, PathRange.exactly(states.get(i).path()))).containsExactly(states.get(i));
    }
  }

  @Test
  void aTableWithoutItsRowsIsAnError() throws IOException {
    LeafWriter writer = new LeafWriter(files, LeafLimits.DEFAULTS);
    writer.add(file("/a", 3, 1));
    LeafRef whole = writer.finish().get(0);
    LeafRef without =
        new LeafRef("/a", "/a", 1, 0, 0, 0, whole.fileTable(), Optional.empty(), Optional.empty());
    Iterator<PathState> states = tree.leaf(without).states(PathRange.ALL);
    assertThatThrownBy(states::next).hasMessageContaining("has 0 extents of /a, not 3");
  }

  /** Proven by what is then wrong: no page of the files can be decoded. */
  @Test
  void aLookupInVainDecodesNoPageAndFetchesNoExtents() throws IOException {
    LeafEncoder encoder = new LeafEncoder();
    for (int i = 0; i < 3_000; i++) {
      encoder.add(file("/d/f%04d".formatted(i), 2, i));
    }
    EncodedLeaf leaf = encoder.finish();
    ByteBuffer files = SpoiledTable.withoutPages(leaf.files().orElseThrow().bytes());
    FileRef ofFiles = new FileRef("leaves/a-files.parquet", List.of(), 1, 0);
    FileRef ofExtents = new FileRef("leaves/a-extents.parquet", List.of(), 1, 0);
    LeafReader reader =
        new LeafReader(
            new LeafRef(
                leaf.minPath(),
                leaf.maxPath(),
                3_000,
                6_000,
                0,
                leaf.bytes(),
                Optional.of(ofFiles),
                Optional.of(ofExtents),
                Optional.empty()),
            table -> {
              assertThat(table).isEqualTo(ofFiles);
              return files;
            });
    int answered = 0;
    for (int i = 0; i < 1_000; i++) {
      try {
        assertThat(reader.states(PathRange.exactly("/d/f%04dx".formatted(i)))).isExhausted();
        answered++;
      } catch (RuntimeException decoded) {
        assertThat(decoded).hasMessageContaining("PageHeader");
      }
    }
    assertThat(answered).isGreaterThan(980);
    assertThatThrownBy(() -> reader.states(PathRange.exactly("/d/f0007")))
        .hasMessageContaining("PageHeader");
  }

  @Test
  void refusesPathsOutOfOrder() throws IOException {
    LeafWriter writer = new LeafWriter(files, LeafLimits.DEFAULTS);
    writer.add(file("/b", 1, 1));
    assertThatThrownBy(() -> writer.add(file("/a", 1, 1)))
        .hasMessageContaining("rows of a leaf's table of files ascend");
  }

  private TreeTop write(List<PathState> states, LeafLimits limits) throws IOException {
    LeafWriter writer = new LeafWriter(files, limits);
    for (PathState state : states) {
      writer.add(state);
    }
    Optional<BranchRef> top =
        new BranchEditor(tree, files, 4).replace(Optional.empty(), List.of(), writer.finish());
    return new TreeTop(
        1, List.of(), top.map(BranchRef::file), 0, 0, new FileRef("", List.of(), 0, 0));
  }

  private List<PathState> read(TreeTop top, PathRange paths) throws IOException {
    List<PathState> states = new ArrayList<>();
    tree.states(top, paths).forEachRemaining(states::add);
    return states;
  }

  private static PathState file(String path, int extents, long offset) {
    List<Extent> list = new ArrayList<>(extents);
    for (int i = 0; i < extents; i++) {
      Shard shard = new Shard("1-00000000000000aa-0-" + i % 7, 10L * i, 10, i);
      list.add(new Extent(8L * i, shard, i % 3, 8));
    }
    FileState state = new FileState(path, 8L * extents, 7, new Version(1, offset), list);
    return new PathState(path, Optional.of(state), List.of());
  }

  @Provide
  static Arbitrary<List<PathState>> states() {
    Arbitrary<String> paths =
        Arbitraries.of("a", "b", "/", "ä", "\uffee", "𝄞")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(parts -> "/" + String.join("", parts));
    Arbitrary<PathState> states =
        Combinators.combine(
                paths, Arbitraries.integers().between(-1, 8), Arbitraries.integers().between(0, 3))
            .as(LeafTest::state);
    return states.list().ofMinSize(1).ofMaxSize(40).map(LeafTest::sorted);
  }

  private static PathState state(String path, int extents, int parts) {
    List<Event> pending = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      pending.add(
          new Event(
              path,
              new Version(2, i),
              1,
              9,
              Op.UPLOAD,
              i,
              Optional.of("u" + i % 2),
              List.of(new Shard("s", i, 1, 0))));
    }
    Optional<FileState> file = extents < 0 ? Optional.empty() : file(path, extents, 3).file();
    return new PathState(path, file, pending);
  }

  private static List<PathState> sorted(List<PathState> states) {
    TreeMap<String, PathState> byPath = new TreeMap<>(PathOrder.INSTANCE);
    states.forEach(state -> byPath.put(state.path(), state));
    return List.copyOf(byPath.values());
  }
}
