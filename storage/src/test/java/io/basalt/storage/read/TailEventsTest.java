package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.RandomWrites;
import io.basalt.storage.TestStore;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailEventsTest {
  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void fill() throws Exception {
    store = TestStore.create(folder);
    Random random = new Random(11);
    RandomWrites.some(store, random, "covered");
    store.commit();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 5);
    store.refresh();
    for (int round = 0; round < 6; round++) {
      RandomWrites.some(store, random, "u" + round);
      if (round % 2 == 0) {
        store.commit();
      } else {
        store.seal();
      }
    }
  }

  @AfterEach
  void close() {
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    store.close();
  }

  @Test
  void anyNumberOfEventsInMemoryGivesTheSame() throws Exception {
    SortedEvents whole = SortedEvents.of(inBlocks());
    int count = all(whole.events(PathRange.ALL)).size();
    assertThat(store.head().tails()).hasSizeGreaterThan(2);
    assertThat(count).isGreaterThan(60);
    for (int most = 0; most <= count + 1; most++) {
      for (PathRange first : List.of(PathRange.ALL, PathRange.startingWith("/d1/"))) {
        TailEvents tails = tails(most);
        assertThat(all(tails.events(first))).isEqualTo(all(whole.events(first)));
        for (PathRange range : ranges()) {
          assertThat(all(tails.events(range)))
              .as("%s with %d events", range, most)
              .isEqualTo(all(whole.events(range)));
        }
        assertThat(tails.all().isEmpty() || most >= count).isTrue();
      }
    }
    TailEvents tails = tails(1 << 20);
    assertThat(all(tails.events(PathRange.stretch("", Optional.of("/d2")))))
        .isEqualTo(all(whole.events(PathRange.stretch("", Optional.of("/d2")))));
    assertThat(tails.all()).isPresent();
  }

  @Test
  void aWindowEndsWhereAllEventsOfAPathAreIn() throws Exception {
    for (int i = 0; i < 40; i++) {
      store.put("/d3/hot", new byte[i]);
      if (i % 10 == 0) {
        store.seal();
      }
    }
    store.commit();
    SortedEvents whole = SortedEvents.of(inBlocks());
    for (int most : new int[] {0, 1, 2, 10, 39, 41}) {
      Iterator<Event> events = tails(most).events(PathRange.ALL);
      assertThat(all(events)).isEqualTo(all(whole.events(PathRange.ALL)));
      assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class).hasMessage(null);
    }
  }

  /** Of all kinds; stretches forwards and backwards, so that one ends where another begins. */
  private static List<PathRange> ranges() {
    List<PathRange> ranges = new ArrayList<>();
    ranges.add(PathRange.exactly("/d0/f3"));
    ranges.add(PathRange.startingWith("/d2/"));
    ranges.add(PathRange.startingWith("/nothing/"));
    ranges.add(PathRange.stretch("", Optional.empty()));
    ranges.add(PathRange.stretch("", Optional.of("/d1/f0")));
    for (int directory : new int[] {0, 1, 2, 3, 2, 1, 4}) {
      String first = "/d" + directory + "/f3";
      ranges.add(PathRange.stretch(first, Optional.of("/d" + (directory + 1) + "/f3")));
    }
    ranges.add(PathRange.stretch("/d4/f5", Optional.empty()));
    ranges.add(PathRange.ALL);
    return ranges;
  }

  private TailEvents tails(int most) throws IOException {
    Root root = store.head();
    LocationMap map = LocationMap.load(new MirroredFiles(store.drives()), root);
    return new TailEvents(
        root.tails(),
        new Locations(map, old -> old),
        new SegmentReader(store.drives()),
        covered(root),
        most);
  }

  private static Covered covered(Root root) {
    return new Covered(root.tree().map(TreeTop::positions).orElseThrow());
  }

  private List<Event> inBlocks() throws IOException {
    List<Event> events = new ArrayList<>();
    try (SegmentReader segments = new SegmentReader(store.drives())) {
      for (Tail tail : store.head().tails()) {
        for (IndexBlock block : segments.indexBlocks(tail.location())) {
          events.addAll(block.events());
        }
      }
    }
    events.removeIf(covered(store.head()));
    return events;
  }

  private static List<Event> all(Iterator<Event> events) {
    List<Event> all = new ArrayList<>();
    events.forEachRemaining(all::add);
    return all;
  }
}
