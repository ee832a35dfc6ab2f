package io.basalt.storage.rebuild;

import io.basalt.storage.run.RunFormat;
import io.basalt.storage.run.RunReader;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Events in any order, kept sorted: as runs in memory, a few bytes an event. */
final class Levels {
  private static final int EVENTS_PER_RUN = 1 << 18;

  private final List<RunReader> runs = new ArrayList<>();
  private final List<Event> young = new ArrayList<>();
  private long count;

  void add(Event event) throws IOException {
    young.add(event);
    count++;
    if (young.size() == EVENTS_PER_RUN) {
      young.sort(PathOrder.EVENTS);
      runs.add(
          new RunReader(
              "run " + runs.size() + " in memory",
              TableWriter.encode(RunFormat.TABLE, young).bytes()));
      young.clear();
    }
  }

  long count() {
    return count;
  }

  /** All of them by (path, version); add no more. */
  Iterator<Event> sorted() throws IOException {
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunReader run : runs) {
      levels.add(run.events(PathRange.ALL));
    }
    young.sort(PathOrder.EVENTS);
    levels.add(young.iterator());
    return new MergedEvents(levels);
  }
}
