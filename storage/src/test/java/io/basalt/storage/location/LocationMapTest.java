package io.basalt.storage.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Golden;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.location.LocationEdit.Move;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocationMapTest {
  private static final List<String> SIX = List.of("c-0", "c-1", "c-2", "c-3", "c-4", "c-5");

  private final SimulatedDrives drives = new SimulatedDrives(2, 0, 64 << 20);
  private final MirroredFiles mirrors = new MirroredFiles(drives.driveSet());
  private final LocationMapWriter writer =
      new LocationMapWriter(mirrors, new Attempt(1, "00000000000000aa"));
  private Root root = Root.first("s", "test", "b", "a", 1, List.of());

  @Test
  void keepsFewFilesAndFindsEverySegment() throws Exception {
    LocationMap map = LocationMap.load(mirrors, root);
    for (int i = 0; i < 100; i++) {
      commit(LocationEdit.adding(List.of(location(i))));
      map = map.reload(mirrors, root);
      assertThat(root.locationMap()).hasSizeLessThanOrEqualTo(8);
    }
    assertThat(map.all()).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(map.find("s" + i)).contains(location(i));
    }
    assertThat(map.find("s100")).isEmpty();
    assertThat(LocationMap.load(mirrors, root).all()).hasSize(100);
  }

  /** The file that did not change is gone: whoever read it again would fail. */
  @Test
  void aNewHeadCostsOnlyTheFilesThatChanged() throws Exception {
    commit(LocationEdit.adding(IntStream.range(0, 10).mapToObj(i -> location(i)).toList()));
    commit(LocationEdit.adding(List.of(location(10))));
    FileRef first = root.locationMap().get(0);
    LocationMap map = LocationMap.load(mirrors, root);
    for (String drive : first.drives()) {
      drives.lose(drive, first.name());
    }
    assertThatThrownBy(() -> LocationMap.load(mirrors, root))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(first.name());
    commit(LocationEdit.adding(List.of(location(11))));
    assertThat(root.locationMap()).hasSize(2).contains(first);
    assertThat(map.reload(mirrors, root).all()).hasSize(12);
  }

  /** Segments come, move into stripes and leave in any order; a plain map is the model. */
  @Test
  void holdsEachSegmentOnceWhateverMovesAndLeaves() throws Exception {
    Random random = new Random(42);
    Map<String, SegmentLocation> model = new HashMap<>();
    int born = 0;
    for (int round = 0; round < 300; round++) {
      List<SegmentLocation> known = new ArrayList<>(model.values());
      known.sort((a, b) -> a.segment().compareTo(b.segment()));
      java.util.Collections.shuffle(known, random);
      List<SegmentLocation> some = known.subList(0, Math.min(known.size(), random.nextInt(5)));
      switch (random.nextInt(3)) {
        case 0 -> {
          List<SegmentLocation> added = List.of(location(born++), location(born++));
          commit(LocationEdit.adding(added));
          added.forEach(each -> model.put(each.segment(), each));
        }
        case 1 -> {
          Stripe stripe = stripe("1-00000000000000aa-0-" + round);
          List<Move> moves = new ArrayList<>();
          for (SegmentLocation each : some) {
            moves.add(new Move(each, each.movedTo(new StripePlace(stripe.id(), moves.size()))));
          }
          commit(LocationEdit.moving(moves, List.of(stripe)));
          moves.forEach(move -> model.put(move.to().segment(), move.to()));
        }
        default -> {
          commit(new LocationEdit(List.of(), List.of(), List.of(), some));
          some.forEach(each -> model.remove(each.segment()));
        }
      }
      check(model);
    }
    assertThat(born).isGreaterThan(100);
  }

  private void check(Map<String, SegmentLocation> model) throws Exception {
    LocationMap map = LocationMap.load(mirrors, root);
    assertThat(map.sealed()).containsExactlyInAnyOrderElementsOf(model.values());
    int standing =
        root.locationMap().stream().mapToInt(file -> map.in(file).segments().size()).sum();
    assertThat(standing).isEqualTo(model.size());
    assertThat(root.locationMap().size())
        .isLessThanOrEqualTo(
            1 + Integer.numberOfTrailingZeros(Integer.highestOneBit(standing + 1)));
    List<String> used =
        model.values().stream()
            .map(SegmentLocation::place)
            .filter(StripePlace.class::isInstance)
            .map(place -> ((StripePlace) place).stripe())
            .distinct()
            .toList();
    assertThat(map.stripes()).extracting(Stripe::id).containsExactlyInAnyOrderElementsOf(used);
    for (String id : used) {
      assertThat(map.stripe(id)).contains(stripe(id));
    }
  }

  @Test
  void movesOnlyWhatIsStillWhereItWasSeen() throws Exception {
    SegmentLocation segment = location(1);
    commit(LocationEdit.adding(List.of(segment)));
    Stripe stripe = stripe("1-00000000000000aa-0-0");
    LocationEdit first =
        LocationEdit.moving(
            List.of(new Move(segment, segment.movedTo(new StripePlace(stripe.id(), 0)))),
            List.of(stripe));
    LocationMapWriter.Written late = writer.write(root, first);
    commit(first);

    assertThatThrownBy(() -> late.apply(new RootBuilder(root)))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("the location map changed");
    assertThatThrownBy(() -> writer.write(root, first))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("segment s1 is no longer where it was seen");
  }

  @Test
  void theBytesOfVersion1AreRead() throws Exception {
    List<String> mirrors = List.of("scm-0", "scm-1");
    MapFile file = decode(Golden.bytes("location-map-v1"));
    assertThat(file.segments())
        .containsExactly(
            new SegmentLocation(
                "7-00000000000000aa-0-3",
                List.of("scm-1", "scm-0"),
                1L << 40,
                1L << 39,
                (1L << 40) - 1),
            new SegmentLocation(
                "7-00000000000000aa-1-0", mirrors, 16L << 20, 4096, (16L << 20) - 300));
    assertThat(file.stripes()).isEmpty();
  }

  @Test
  void theBytesOfVersion2AreReadAndWritten() throws Exception {
    Stripe stripe = stripe("7-00000000000000bb-1-3");
    MapFile file =
        new MapFile(
            List.of(
                location(1), location(3), location(2).movedTo(new StripePlace(stripe.id(), 1234))),
            List.of(stripe));
    assertThat(decode(Golden.bytes("location-map-v2"))).isEqualTo(file);
    Golden.assertWritten("location-map-v2", LocationMapCodec.encode(file));
  }

  private static MapFile decode(byte[] bytes) throws Exception {
    return LocationMapCodec.decode(ByteBuffer.wrap(bytes), "scm-0", "maps/x");
  }

  private void commit(LocationEdit edit) throws Exception {
    RootBuilder next = new RootBuilder(root);
    writer.write(root, edit).apply(next);
    root = next.build(root.number() + 1, "b" + root.number(), "a", 1, ArbiterPoint.NONE);
  }

  private static Stripe stripe(String id) {
    return new Stripe(id, 4, 2, 1 << 20, SIX);
  }

  private static SegmentLocation location(int i) {
    return new SegmentLocation("s" + i, List.of("scm-0", "scm-1"), 10_000, i, 10_000 - i);
  }
}
