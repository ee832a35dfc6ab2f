package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergedEventsTest {
  /** Ends of what UTF-8 stores in one, two, three and four bytes; UTF-16 has another order. */
  private static final List<String> CHARACTERS =
      List.of(
          "\0",
          "a",
          "\u007f",
          "\u0080",
          "\u07ff",
          "\u0800",
          "\ud7ff",
          "\ue000",
          "\uffff",
          "\ud800\udc00",
          "\ud800\udc01",
          "\udbff\udfff");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 64, 65, 100, 1_100})
  void anyNumberOfLevelsComesOutInOrder(int count) {
    Random random = new Random(count);
    List<Event> all = new ArrayList<>();
    List<Iterator<Event>> levels = new ArrayList<>();
    for (int level = 0; level < count; level++) {
      List<Event> events = new ArrayList<>();
      // Some levels are empty, and some are much longer than the others.
      for (int i = random.nextInt(4) * random.nextInt(20); i > 0; i--) {
        events.add(event(path(random), all.size() + events.size()));
      }
      events.sort(PathOrder.EVENTS);
      levels.add(events.iterator());
      all.addAll(events);
    }
    all.sort(PathOrder.EVENTS);

    MergedEvents merged = new MergedEvents(levels);
    List<Event> found = new ArrayList<>();
    merged.forEachRemaining(found::add);
    assertThat(found).isEqualTo(all);
    assertThatThrownBy(merged::next).isInstanceOf(NoSuchElementException.class).hasMessage(null);
  }

  /** Many are equal, or begin alike, or with one another. */
  private static String path(Random random) {
    StringBuilder path = new StringBuilder("/");
    for (int i = random.nextInt(4); i > 0; i--) {
      path.append("aaaa".repeat(random.nextInt(2)));
      path.append(CHARACTERS.get(random.nextInt(CHARACTERS.size())));
    }
    return path.toString();
  }

  private static Event event(String path, int offset) {
    return new Event(path, new Version(1, offset), 0, 0, Op.DELETE, 0, Optional.empty(), List.of());
  }
}
