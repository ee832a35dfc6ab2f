package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventWindowsTest {
  private static final int MOST = 100;

  @Test
  void longPathsAndManyShardsCountAsSeveralEvents() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String path = "/" + "%04d".formatted(i).repeat(i % 3 == 0 ? 1_000 : 1);
      int shards = i % 3 == 1 ? 60 : 1;
      events.add(event(path, i, Collections.nCopies(shards, new Shard("s", 0, 1, 0))));
    }
    long largest = events.stream().mapToLong(HeldEvents::count).max().orElseThrow();
    assertThat(largest).isBetween(10L, 20L);
    List<Event> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, new Random(1));

    HeldEvents held = new HeldEvents(MOST);
    EventWindows windows =
        EventWindows.of(List.of((from, before, sink) -> shuffled.forEach(only(from, sink))), held);
    List<Event> found = new ArrayList<>();
    windows.forEachRemaining(found::add);
    assertThat(found).isEqualTo(events);
    assertThat(held.peak()).isBetween(MOST / 2L, MOST + largest);
  }

  private static Consumer<Event> only(String from, Consumer<Event> sink) {
    return event -> {
      if (PathOrder.INSTANCE.compare(event.path(), from) >= 0) {
        sink.accept(event);
      }
    };
  }

  private static Event event(String path, int offset, List<Shard> shards) {
    return new Event(path, new Version(1, offset), 0, 0, Op.PUT, 0, Optional.empty(), shards);
  }
}
