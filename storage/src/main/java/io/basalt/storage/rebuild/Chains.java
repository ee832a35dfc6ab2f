package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.ingest.CoveredOffsets;
import io.basalt.storage.ingest.CoveredOffsets.Stretch;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which events count: of each partition all from a position on, up to the first offset that no
 * index block covers or whose event lost a shard. Several writers may cover an offset, of attempts
 * that were ended before they could commit; their events were made of the same record, so each is
 * right whose shards are there, and that of the newest attempt is asked first.
 *
 * <p>Remembers no event: of each writer and partition the offsets that its blocks cover, a stretch
 * mostly, and of each segment their lowest and highest. Segments are read again when their events
 * are asked for, one at a time.
 */
final class Chains {
  /** Where an incarnation has no end that anything tells of. */
  static final long UNKNOWN = -1;

  private static final Comparator<Piece> BEST =
      Comparator.comparingLong((Piece each) -> each.writer().attempt().head())
          .thenComparingLong(each -> each.stretch().next())
          .reversed();

  private final Map<Partition, Map<String, Writer>> writers = new TreeMap<>();
  private final Blocks blocks;
  private final Test test;
  private final Consumer<String> notes;
  private final List<Position> positions = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();

  /** A partition of one incarnation of the write topic. */
  record Partition(int incarnation, int number) implements Comparable<Partition> {
    private static final Comparator<Partition> ORDER =
        Comparator.comparingInt(Partition::incarnation).thenComparingInt(Partition::number);

    static Partition of(Event event) {
      return new Partition(event.version().incarnation(), event.partition());
    }

    @Override
    public int compareTo(Partition other) {
      return ORDER.compare(this, other);
    }
  }

  /** Reads the index blocks of a segment. */
  @FunctionalInterface
  interface Blocks {
    List<IndexBlock> of(String segment) throws IOException;
  }

  /** Whether all shards of an event are intact. */
  @FunctionalInterface
  interface Test {
    boolean isWhole(Event event) throws IOException;
  }

  /** Offsets [from, next). */
  private record Offsets(long from, long next) {
    static Offsets of(Range range) {
      return new Offsets(range.from(), range.next());
    }

    boolean holds(long offset) {
      return from <= offset && offset < next;
    }

    Offsets with(Offsets other) {
      return new Offsets(Math.min(from, other.from), Math.max(next, other.next));
    }
  }

  /** What the segments of one writer cover of a partition, and what of it counts. */
  private static final class Writer {
    private final Attempt attempt;
    private final CoveredOffsets covered = new CoveredOffsets();
    private final Map<String, Offsets> segments = new HashMap<>();
    private final List<Offsets> counted = new ArrayList<>();

    private Writer(Attempt attempt) {
      this.attempt = attempt;
    }

    private Attempt attempt() {
      return attempt;
    }

    private void add(Range range, String segment) {
      // A writer goes on where it was; if it ever did not, who folds takes an event once.
      boolean ignored = covered.add(range).isPresent();
      segments.merge(segment, Offsets.of(range), Offsets::with);
    }

    private Stream<Piece> pieces() {
      return covered.stretches().stream().map(stretch -> new Piece(this, stretch));
    }

    /** The segments that may hold events of these offsets, the lowest first. */
    private List<String> segments(Offsets of) {
      return segments.entrySet().stream()
          .filter(each -> each.getValue().from() < of.next() && of.from() < each.getValue().next())
          .sorted(Comparator.comparingLong(each -> each.getValue().from()))
          .map(Map.Entry::getKey)
          .toList();
    }

    private boolean counts(long offset) {
      return counted.stream().anyMatch(each -> each.holds(offset));
    }
  }

  private record Piece(Writer writer, Stretch stretch) {
    boolean covers(long offset) {
      return stretch.from() <= offset && offset < stretch.next();
    }
  }

  /** How far a piece is whole, and why no further. */
  private record Reach(long end, String why) {}

  /**
   * Chains without a block yet.
   *
   * @param blocks reads again what {@link #add} was told of
   * @param notes takes a sentence on each segment whose blocks cannot be read any more
   */
  Chains(Blocks blocks, Test test, Consumer<String> notes) {
    this.blocks = blocks;
    this.test = test;
    this.notes = notes;
  }

  /** Notes what an index block covers. */
  void add(IndexBlock block) {
    for (Range range : block.ranges()) {
      if (range.from() < range.next()) {
        writers
            .computeIfAbsent(
                new Partition(range.incarnation(), range.partition()), any -> new TreeMap<>())
            .computeIfAbsent(writer(block.segment()), any -> new Writer(attempt(block.segment())))
            .add(range, block.segment());
      }
    }
  }

  /** Of a segment id {@code <attempt>-<subtask>-<n>}, all but the number. */
  private static String writer(String segment) {
    return segment.substring(0, segment.lastIndexOf('-'));
  }

  private static Attempt attempt(String segment) {
    return Attempt.ofFile("segments/" + segment).orElseThrow();
  }

  /**
   * The highest partition of an incarnation that a block covers; -1 without one.
   *
   * @param incarnation number from 1
   */
  int lastPartition(int incarnation) {
    return writers.keySet().stream()
        .filter(each -> each.incarnation() == incarnation)
        .mapToInt(Partition::number)
        .max()
        .orElse(-1);
  }

  /**
   * Follows every partition.
   *
   * @param start positions up to which all is known
   * @param begins whether a partition that has no position begins at its lowest offset that is
   *     found; if not, it begins at 0
   */
  void follow(List<Position> start, boolean begins) throws IOException {
    Map<Partition, Position> from = new HashMap<>();
    start.forEach(each -> from.put(new Partition(each.incarnation(), each.partition()), each));
    int known = start.stream().mapToInt(Position::incarnation).max().orElse(0);
    int broken = Integer.MAX_VALUE;
    for (Partition partition : writers.keySet()) {
      List<Piece> pieces = pieces(partition);
      Optional<Position> position = Optional.ofNullable(from.remove(partition));
      long lowest = pieces.get(0).stretch().from();
      if (partition.incarnation() > broken) {
        gap(partition, lowest, end(pieces), "an earlier incarnation of the topic has a gap");
      } else if (position.isEmpty() && partition.incarnation() > known && known > 0 && !begins) {
        gap(partition, lowest, end(pieces), "whether the topic before it was whole is not known");
      } else {
        long first = position.map(Position::next).orElse(begins ? lowest : 0L);
        if (follow(partition, first, position, pieces)) {
          broken = Math.min(broken, partition.incarnation());
        }
      }
    }
    positions.addAll(from.values());
    positions.sort(
        Comparator.comparingInt(Position::incarnation).thenComparingInt(Position::partition));
  }

  private List<Piece> pieces(Partition partition) {
    return writers.get(partition).values().stream()
        .flatMap(Writer::pieces)
        .sorted(Comparator.comparingLong(piece -> piece.stretch().from()))
        .toList();
  }

  private void gap(Partition partition, long from, long next, String why) {
    gaps.add(new Gap(partition.incarnation(), partition.number(), from, next, why));
  }

  private static long end(List<Piece> pieces) {
    return pieces.stream().mapToLong(piece -> piece.stretch().next()).max().orElseThrow();
  }

  /** Whether the partition ends in a gap. */
  private boolean follow(
      Partition partition, long first, Optional<Position> before, List<Piece> pieces)
      throws IOException {
    long offset = first;
    int epoch = before.map(Position::leaderEpoch).orElse(-1);
    String why = "no index block covers it";
    List<Piece> open = new ArrayList<>();
    int next = 0;
    while (true) {
      for (; next < pieces.size() && pieces.get(next).stretch().from() <= offset; next++) {
        open.add(pieces.get(next));
      }
      long at = offset;
      open.removeIf(piece -> !piece.covers(at));
      if (open.isEmpty()) {
        break;
      }
      open.sort(BEST);
      Piece best = null;
      Reach reach = null;
      for (Piece piece : open) {
        Reach whole = wholeUpTo(piece, partition, offset);
        if (best == null || whole.end() > reach.end()) {
          best = piece;
          reach = whole;
        }
        if (reach.end() == piece.stretch().next()) {
          break;
        }
      }
      boolean stuck = reach.end() == offset;
      epoch = reach.end() == best.stretch().next() ? best.stretch().leaderEpoch() : -1;
      if (stuck) {
        why = reach.why();
        break;
      }
      best.writer().counted.add(new Offsets(offset, reach.end()));
      offset = reach.end();
    }
    long rejects = before.map(Position::rejects).orElse(0L);
    if (before.isPresent() || offset > first) {
      positions.add(
          new Position(partition.incarnation(), partition.number(), offset, epoch, rejects));
    }
    long end = end(pieces);
    if (offset < end) {
      gap(partition, offset, end, why);
    }
    return offset < end;
  }

  /** Up to the first offset of the piece, from one on, whose event is not whole; else its end. */
  private Reach wholeUpTo(Piece piece, Partition partition, long from) throws IOException {
    long end = piece.stretch().next();
    for (String segment : piece.writer().segments(new Offsets(from, end))) {
      long lowest = piece.writer().segments.get(segment).from();
      if (lowest >= end) {
        break;
      }
      List<IndexBlock> found;
      try {
        found = blocks.of(segment);
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException lost) {
        notes.accept("segment %s: %s".formatted(segment, lost.getMessage()));
        return new Reach(
            Math.max(from, lowest), "the index block that covers it cannot be read any more");
      }
      for (IndexBlock block : found) {
        for (Event event : block.events()) {
          long offset = event.version().offset();
          if (from <= offset
              && offset < end
              && Partition.of(event).equals(partition)
              && !test.isWhole(event)) {
            end = offset;
          }
        }
      }
    }
    return new Reach(end, "a shard of its event is lost");
  }

  /** Tells which events count of those that the index of a segment has. */
  Predicate<Event> counting(String segment) {
    String writer = writer(segment);
    return event -> {
      Writer of = writers.getOrDefault(Partition.of(event), Map.of()).get(writer);
      return of != null && of.counts(event.version().offset());
    };
  }

  /** The segments whose index may hold events that count. */
  Set<String> holders() {
    Set<String> holders = new TreeSet<>();
    for (Map<String, Writer> partition : writers.values()) {
      for (Writer writer : partition.values()) {
        writer.counted.forEach(offsets -> holders.addAll(writer.segments(offsets)));
      }
    }
    return holders;
  }

  /** Notes offsets that are not restored though they are known to have been applied. */
  void expect(List<Position> applied, String why) {
    Map<Partition, Long> restored = new HashMap<>();
    positions.forEach(
        each -> restored.put(new Partition(each.incarnation(), each.partition()), each.next()));
    for (Position each : applied) {
      Partition partition = new Partition(each.incarnation(), each.partition());
      long next = restored.getOrDefault(partition, 0L);
      if (next < each.next()) {
        gap(partition, next, each.next(), why);
      }
    }
  }

  /**
   * Notes the offsets of each partition below the lowest one that is found, and partitions of which
   * nothing is found.
   *
   * @param partitions how many the newest topic has
   */
  void expectBeginnings(int partitions, String why) {
    for (Partition partition : writers.keySet()) {
      long lowest = pieces(partition).get(0).stretch().from();
      if (lowest > 0) {
        gap(partition, 0, lowest, why);
      }
    }
    int newest = writers.keySet().stream().mapToInt(Partition::incarnation).max().orElse(1);
    for (int number = 0; number < partitions; number++) {
      Partition partition = new Partition(newest, number);
      if (!writers.containsKey(partition)) {
        gap(partition, 0, UNKNOWN, why);
      }
    }
  }

  /** How far each partition is restored. */
  List<Position> positions() {
    return positions;
  }

  List<Gap> gaps() {
    return gaps;
  }
}
