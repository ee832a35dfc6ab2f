package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedEventsTest {
  @ParameterizedTest
  @ValueSource(strings = {"/a", "/d/", "/d/3", "/", "/z", "/missing"})
  void givesTheSameEventsHoweverOftenItIsAsked(String text) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      events.add(
          event(List.of("/a", "/d/3", "/d/31", "/d\ufffd", "/d\ud83d\ude00", "/z").get(i % 6), i));
    }
    Collections.shuffle(events, new Random(1));

    for (PathRange paths : List.of(PathRange.exactly(text), PathRange.startingWith(text))) {
      List<Event> wanted =
          events.stream()
              .filter(event -> paths.contains(event.path()))
              .sorted(PathOrder.EVENTS)
              .toList();
      SortedEvents level = SortedEvents.of(events);
      Iterator<Event> first = level.events(paths);

      assertThat(all(level.events(PathRange.ALL)))
          .hasSize(200)
          .isSortedAccordingTo(PathOrder.EVENTS);
      assertThat(all(level.events(paths))).isEqualTo(wanted);
      assertThat(all(first)).isEqualTo(wanted);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 20_000})
  void sortsAnyNumberOfEvents(int count) {
    Random random = new Random(count);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(event("/d" + random.nextInt(1000) + "/" + random.nextInt(10), i));
    }
    Collections.shuffle(events, random);
    List<Event> before = List.copyOf(events);

    assertThat(SortedEvents.sorted(events))
        .isEqualTo(events.stream().sorted(PathOrder.EVENTS).toList());
    assertThat(events).isEqualTo(before);
  }

  private static List<Event> all(Iterator<Event> events) {
    List<Event> all = new ArrayList<>();
    events.forEachRemaining(all::add);
    return all;
  }

  private static Event event(String path, int offset) {
    return new Event(path, new Version(1, offset), 0, 0, Op.DELETE, 0, Optional.empty(), List.of());
  }
}
