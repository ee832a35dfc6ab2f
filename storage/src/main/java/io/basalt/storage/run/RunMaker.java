package io.basalt.storage.run;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.SortedEvents;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes runs of sealed tails. A run is made when the sealed tails are many, large or old; until
 * then they are the tree's youngest level. One instance per attempt and thread; it may work beside
 * commits, since {@link RunChange} holds only against a root that still has these tails.
 *
 * <p>Crash argument: a stop before the commit leaves a run and a map file that no root names, which
 * the sweep of the attempt deletes; a stop after it leaves the change done. The segments stay where
 * they are.
 */
public final class RunMaker {
  private final MirroredFiles files;
  private final SegmentReader segments;
  private final LocationMapWriter maps;
  private final Attempt attempt;
  private final Policy policy;
  private final Clock clock;
  private final Map<String, Long> sealedSince = new HashMap<>();
  private long sequence;

  /**
   * When a run is due, and how large one gets.
   *
   * @param tails sealed tails that are many
   * @param indexBytes bytes of their index blocks that are large
   * @param age how long a sealed tail may wait
   * @param maxIndexBytes bytes of index blocks that go into one run, which bounds the memory
   */
  public record Policy(int tails, long indexBytes, Duration age, long maxIndexBytes) {
    public static final Policy DEFAULTS =
        new Policy(16, 8L << 20, Duration.ofMinutes(5), 32L << 20);

    public Policy {
      if (tails < 1 || indexBytes < 1 || age.isNegative() || maxIndexBytes < 1) {
        throw new IllegalArgumentException(
            "run policy: %d tails, %d bytes, %s, at most %d bytes"
                .formatted(tails, indexBytes, age, maxIndexBytes));
      }
    }
  }

  public RunMaker(
      MirroredFiles files,
      SegmentReader segments,
      LocationMapWriter maps,
      Attempt attempt,
      Policy policy,
      Clock clock) {
    this.files = files;
    this.segments = segments;
    this.maps = maps;
    this.attempt = attempt;
    this.policy = policy;
    this.clock = clock;
  }

  /** Whether the head's sealed tails are many, large or old enough. Reads no drive. */
  public boolean isDue(Root head) {
    List<Tail> sealed = sealed(head);
    long now = clock.millis();
    sealedSince.keySet().retainAll(sealed.stream().map(t -> t.location().segment()).toList());
    long oldest = now;
    long bytes = 0;
    for (Tail tail : sealed) {
      Long since = sealedSince.putIfAbsent(tail.location().segment(), now);
      oldest = Math.min(oldest, since == null ? now : since);
      bytes += indexBytes(tail);
    }
    return sealed.size() >= policy.tails()
        || bytes >= policy.indexBytes()
        || (!sealed.isEmpty() && now - oldest >= policy.age().toMillis());
  }

  /**
   * Writes a run of the head's oldest sealed tails and their places in the location map; both are
   * forced on two drives. Committing the change makes them count. Events that leaves cover already
   * are left out. Empty if no tail is sealed.
   */
  public Optional<RunChange> make(Root head) throws IOException {
    List<Tail> chosen = oldest(sealed(head));
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    Covered covered = new Covered(head.tree().map(TreeTop::positions).orElse(List.of()));
    List<Event> events = events(chosen, covered);
    Optional<RunRef> run = events.isEmpty() ? Optional.empty() : Optional.of(write(events));
    List<SegmentLocation> places = chosen.stream().map(Tail::location).toList();
    return Optional.of(new RunChange(attempt, chosen, run, maps.write(head, places)));
  }

  private static List<Tail> sealed(Root head) {
    return head.tails().stream().filter(Tail::sealed).toList();
  }

  private static long indexBytes(Tail tail) {
    return tail.location().size() - tail.location().indexStart();
  }

  private List<Tail> oldest(List<Tail> sealed) {
    List<Tail> chosen = new ArrayList<>();
    long bytes = 0;
    for (Tail tail : sealed) {
      bytes += indexBytes(tail);
      if (!chosen.isEmpty() && bytes > policy.maxIndexBytes()) {
        break;
      }
      chosen.add(tail);
    }
    return chosen;
  }

  private List<Event> events(List<Tail> tails, Covered covered) throws IOException {
    EventFilter wanted = new EventFilter(PathRange.ALL, covered);
    List<Event> events = new ArrayList<>();
    for (Tail tail : tails) {
      SegmentLocation place = tail.location();
      for (IndexBlock block : segments.indexBlocks(place, place.indexStart(), wanted)) {
        events.addAll(block.events());
      }
    }
    return SortedEvents.sorted(events);
  }

  private RunRef write(List<Event> sorted) throws IOException {
    EncodedTable run = TableWriter.encode(RunFormat.TABLE, sorted);
    return StoredRun.write(files, "a run", attempt + "-" + sequence++, run);
  }
}
