package io.basalt.storage.compact;

import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Uploads;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.PathState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which uploads a compaction drops because nobody went on with them. Pure.
 *
 * <p>Time is counted by commits and by the log, not by the clocks of producers. A mark says what
 * was applied at a root, and where the log ended after it. An upload is abandoned if its newest
 * part was applied at a mark, and all that was in the log at another mark, at least the retention
 * later, is applied too: so no record of it came in all that time, and none waits to be applied.
 *
 * <p>In an earlier incarnation of the topic nothing comes any more; an upload that began there may
 * go on in the newest one, in whatever partition has its path now. So it is abandoned if that one
 * was there at a mark, and all that was in any of its partitions at another, at least the retention
 * later, is applied.
 *
 * @param floors an upload is dropped if its newest part stands below the one of its partition
 * @param mark to be remembered; empty if none is due
 */
public record Abandonment(List<PartitionOffset> floors, Optional<Mark> mark) {
  /** Drops nothing and remembers nothing. */
  public static final Abandonment NONE = new Abandonment(List.of(), Optional.empty());

  /** Uploads go up to this part of the retention late. */
  private static final int MARKS_PER_RETENTION = 16;

  private static final int MOST_MARKS = 64;

  public Abandonment {
    floors = List.copyOf(floors);
  }

  /**
   * What is abandoned at a root.
   *
   * @param marks of earlier compactions, ascending
   * @param ends of the partitions of the newest incarnation, looked up after the root was read
   * @param at a commit time that is not below the root's, read before the ends
   */
  public static Abandonment of(
      Root root, List<Mark> marks, List<PartitionOffset> ends, long at, Duration retention) {
    Mark now = new Mark(at, applied(root.positions(), ends), ends);
    List<Mark> all = new ArrayList<>(marks);
    all.add(now);
    List<PartitionOffset> floors = new ArrayList<>();
    for (PartitionOffset applied : now.applied()) {
      floor(applied, all, retention)
          .ifPresent(
              offset ->
                  floors.add(
                      new PartitionOffset(applied.incarnation(), applied.partition(), offset)));
    }
    OptionalLong caughtUp = caughtUp(all, now.applied());
    for (Position position : root.positions()) {
      if (isClosed(position, all, caughtUp, retention)) {
        floors.add(
            new PartitionOffset(position.incarnation(), position.partition(), position.next()));
      }
    }
    return new Abandonment(
        floors, isDue(marks, at, retention) ? Optional.of(now) : Optional.empty());
  }

  /** Whether a mark is to be set, so that uploads grow old though nothing else happens. */
  static boolean isDue(List<Mark> marks, long at, Duration retention) {
    return marks.isEmpty()
        || at - marks.get(marks.size() - 1).at() >= retention.toMillis() / MARKS_PER_RETENTION;
  }

  private static List<PartitionOffset> applied(
      List<Position> positions, List<PartitionOffset> ends) {
    return positions.stream()
        .filter(
            position ->
                ends.stream()
                    .anyMatch(end -> end.isOf(position.incarnation(), position.partition())))
        .map(
            position ->
                new PartitionOffset(position.incarnation(), position.partition(), position.next()))
        .toList();
  }

  private static OptionalLong floor(PartitionOffset applied, List<Mark> marks, Duration retention) {
    OptionalLong caughtUp =
        marks.stream()
            .filter(
                mark -> {
                  OptionalLong end = Uploads.offset(mark.ends(), applied);
                  return end.isPresent() && end.getAsLong() <= applied.offset();
                })
            .mapToLong(Mark::at)
            .max();
    if (caughtUp.isEmpty()) {
      return OptionalLong.empty();
    }
    return marks.stream()
        .filter(mark -> mark.at() <= caughtUp.getAsLong() - retention.toMillis())
        .map(mark -> Uploads.offset(mark.applied(), applied))
        .flatMapToLong(OptionalLong::stream)
        .max();
  }

  /** The last mark of the newest incarnation all of whose log is applied, in every partition. */
  private static OptionalLong caughtUp(List<Mark> marks, List<PartitionOffset> applied) {
    int newest = marks.get(marks.size() - 1).incarnation();
    return marks.stream()
        .filter(mark -> newest > 0 && mark.incarnation() == newest)
        .filter(
            mark ->
                mark.ends().stream()
                    .allMatch(end -> end.offset() <= Uploads.offset(applied, end).orElse(0L)))
        .mapToLong(Mark::at)
        .max();
  }

  /**
   * Whether nothing can have gone on for the retention with an upload whose newest part is here.
   */
  private static boolean isClosed(
      Position position, List<Mark> marks, OptionalLong caughtUp, Duration retention) {
    return caughtUp.isPresent()
        && marks.stream()
            .anyMatch(
                mark ->
                    mark.incarnation() > position.incarnation()
                        && mark.at() <= caughtUp.getAsLong() - retention.toMillis());
  }

  /** The marks with this one. */
  List<Mark> remembered(List<Mark> before) {
    List<Mark> all = new ArrayList<>(before);
    mark.ifPresent(all::add);
    return all.subList(Math.max(0, all.size() - MOST_MARKS), all.size());
  }

  /** What is left of a path without its abandoned uploads. */
  PathState without(PathState state) {
    if (floors.isEmpty() || state.parts().isEmpty()) {
      return state;
    }
    Map<String, Event> newest = new HashMap<>();
    for (Event part : state.parts()) {
      newest.merge(
          part.upload().orElseThrow(),
          part,
          (a, b) -> a.version().compareTo(b.version()) < 0 ? b : a);
    }
    List<Event> left =
        state.parts().stream()
            .filter(part -> !isBelow(newest.get(part.upload().orElseThrow())))
            .toList();
    return new PathState(state.path(), state.file(), left);
  }

  private boolean isBelow(Event part) {
    return floors.stream()
        .anyMatch(
            floor ->
                floor.isOf(part.version().incarnation(), part.partition())
                    && part.version().offset() < floor.offset());
  }
}
